<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Admin → Hot Desking: who may see it, and the way of a request to the panel and back.
 */
final class Page
{
    /** Links of the panel become links of FreePBX. */
    private const LINK = 'config.php?display=hotdesk&view=';
    private const SCRIPT_LINK = 'ajax.php?module=hotdesk&command=panel&view=';

    /** The headers of an answer that the browser gets; the others are between the panel and us. */
    private const PASSED = ['content-type', 'content-disposition', 'cache-control', 'x-content-type-options', 'x-hotdesk-seen'];

    private Panel $panel;

    private Service $service;

    private Visitor $visitor;

    /** @var string|null What the page shows, once it is known. */
    private ?string $fragment = null;

    public function __construct(Panel $panel, Service $service)
    {
        $this->panel = $panel;
        $this->service = $service;
        $this->visitor = new Visitor();
    }

    /**
     * Handle the request, before FreePBX prints anything; what is not a part of a page is sent, and all ends here.
     */
    public function open(): void
    {
        try {
            $this->admit();
            $reply = $this->reply($this->visitor->token());
        } catch (Refusal $refusal) {
            $this->note($refusal);
            $this->show($refusal->status, $refusal->title, $refusal->getMessage());
            return;
        } catch (Trouble $trouble) {
            $this->show(503, 'Hot Desking cannot be shown', $trouble->getMessage());
            return;
        }
        if ($reply->status === 405 && $this->visitor->isLogin()) {
            // FreePBX has logged out who pressed a button of ours; what the form held is gone with FreePBX's login page.
            $reply = new Reply(303, ['location' => '/'], '');
        }
        if (!$reply->isFragment()) {
            self::send($reply, self::LINK);
            exit;
        }
        http_response_code($reply->status);
        $this->fragment = $reply->body;
    }

    /**
     * Return what belongs inside FreePBX's page.
     */
    public function fragment(): string
    {
        if ($this->fragment === null) {
            $this->open();
        }
        return (string) $this->fragment;
    }

    /**
     * Handle a request by a script.
     */
    public function answerScript(): void
    {
        try {
            $this->admit();
            self::send($this->reply((string) ($_SESSION['hotdesk_token'] ?? '')), self::SCRIPT_LINK);
        } catch (Refusal $refusal) {
            $this->note($refusal);
            self::sendError($refusal->status, $refusal->name, "{$refusal->title}. {$refusal->getMessage()}");
        } catch (Trouble $trouble) {
            self::sendError(503, 'panel_down', $trouble->getMessage());
        }
    }

    /**
     * Let in who may use the page and comes from it.
     */
    private function admit(): void
    {
        $visitor = $this->visitor;
        if (!$visitor->isLoggedIn()) {
            throw new Refusal(401, 'no_session', 'You have been logged out of FreePBX', 'Log in again.');
        }
        if (!$visitor->isAllowed()) {
            $ask = 'Ask for it under Admin > Administrators.';
            throw new Refusal(403, 'no_permission', 'You may not use Hot Desking', $ask);
        }
        // Before the token: where PHP has dropped the body, the form's token has gone with it.
        Body::mustBeThere();
        if (!$visitor->isOurs()) {
            $repeat = 'This page is out of date; go back, load it again and repeat.';
            throw new Refusal(403, 'bad_token', 'Nothing was changed', $repeat);
        }
    }

    /**
     * Ask the panel; where the daemon is down, start it and ask again.
     */
    private function reply(string $token): Reply
    {
        try {
            return $this->ask($token);
        } catch (Unreachable $down) {
            if (!$this->service->isWanted()) {
                throw new Trouble('Hot Desking is not enabled. Enable or install it in Module Admin.');
            }
            if (!$this->service->start(false)) {
                throw new Trouble($this->service->trouble());
            }
            return $this->ask($token);
        }
    }

    private function ask(string $token): Reply
    {
        $visitor = $this->visitor;
        $body = $visitor->body();
        $name = $visitor->name();
        return $visitor->withoutLock(function () use ($visitor, $body, $name, $token): Reply {
            $headers = $visitor->headers($body);
            return $this->panel->ask($visitor->method(), $visitor->target(), 'page', $name, $token, $body->text, $headers);
        });
    }

    /**
     * Write into FreePBX's log what was refused; a page that is left open and asks on for news is not worth it.
     */
    private function note(Refusal $refusal): void
    {
        $visitor = $this->visitor;
        if ($refusal->status === 401 && $visitor->isReading()) {
            return;
        }
        $line = "hotdesk: refused {$visitor->name()}: {$visitor->method()} {$visitor->target()}: {$refusal->name}";
        // Whatever is in a name, it is one line of text.
        $plain = preg_replace('/[\p{C}\p{Zl}\p{Zp}]/u', '?', $line) ?? preg_replace('/[^\x20-\x7e]/', '?', $line);
        freepbx_log(FPBX_LOG_WARNING, (string) $plain);
    }

    private function show(int $status, string $title, string $text): void
    {
        http_response_code($status);
        $this->fragment = '<div class="container-fluid"><h1>Hot Desking</h1><div class="alert alert-danger" role="alert">'
            . '<h4>' . htmlspecialchars($title) . '</h4><p style="white-space: pre-line">' . htmlspecialchars($text)
            . '</p><p><a class="btn btn-default" href="?display=hotdesk">Try again</a></p></div></div>';
    }

    private static function sendError(int $status, string $code, string $message): void
    {
        $body = (string) json_encode(['error' => ['code' => $code, 'message' => $message]]);
        self::send(new Reply($status, ['content-type' => 'application/json'], $body), self::SCRIPT_LINK);
    }

    /**
     * Send an answer of the panel as it is.
     *
     * @param string $link What the panel's own paths begin with for the browser.
     */
    private static function send(Reply $reply, string $link): void
    {
        // What FreePBX has gathered for its page.
        while (ob_get_level() > 0 && @ob_end_clean()) {
            continue;
        }
        http_response_code($reply->status);
        foreach (self::PASSED as $name) {
            if (isset($reply->headers[$name])) {
                header($name . ': ' . $reply->headers[$name]);
            }
        }
        $to = $reply->headers['location'] ?? '';
        if (preg_match('~^/(?!/)~', $to)) {
            header('Location: ' . $link . rawurlencode($to), true, $reply->status);
        }
        echo $reply->body;
    }
}
