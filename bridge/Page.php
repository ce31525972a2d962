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
        if (!$this->visitor->isAllowed()) {
            $this->show(403, 'You may not use Hot Desking', 'Ask for it under Admin > Administrators.');
            return;
        }
        if (!$this->visitor->isOurs()) {
            $this->show(403, 'Nothing was changed', 'This form is out of date; go back, load its page again and repeat.');
            return;
        }
        try {
            $reply = $this->reply($this->visitor->token());
        } catch (Trouble $trouble) {
            $this->show(503, 'Hot Desking cannot be shown', $trouble->getMessage());
            return;
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
        if (!$this->visitor->isAllowed()) {
            self::sendError(403, 'no_permission', 'You may not use Hot Desking.');
        } elseif (!$this->visitor->isOurs()) {
            self::sendError(403, 'bad_token', 'This page is out of date; load it again.');
        } else {
            try {
                self::send($this->reply((string) ($_SESSION['hotdesk_token'] ?? '')), self::SCRIPT_LINK);
            } catch (Trouble $trouble) {
                self::sendError(503, 'panel_down', $trouble->getMessage());
            }
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
        return $this->panel->ask(
            $visitor->method(),
            $visitor->target(),
            'page',
            $visitor->name(),
            $token,
            $visitor->body(),
            $visitor->headers()
        );
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
