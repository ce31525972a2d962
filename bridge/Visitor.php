<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Whoever is at the other end of this request: an administrator of FreePBX, or nobody.
 *
 * FreePBX asks for a login but not for the permission when a script calls, and from the machine itself not even for a
 * login; and it looks at nothing but the Referer to tell its own forms from another site's. So we ask ourselves.
 */
final class Visitor
{
    private const SECTION = 'hotdesk';

    private const TOKEN = 'hotdesk_token';

    /**
     * Whether this is an administrator, still logged in to FreePBX.
     */
    public function isLoggedIn(): bool
    {
        $user = $_SESSION['AMP_user'] ?? null;
        return is_object($user) && method_exists($user, 'checkSection') && !self::isIdle($user);
    }

    /**
     * Whether this administrator may use our page.
     */
    public function isAllowed(): bool
    {
        return $this->isLoggedIn() && $_SESSION['AMP_user']->checkSection(self::SECTION);
    }

    public function name(): string
    {
        return (string) ($_SESSION['AMP_user']->username ?? '');
    }

    /**
     * Return the token that this session's forms carry; the page makes it, for a script cannot change the session.
     */
    public function token(): string
    {
        if (empty($_SESSION[self::TOKEN])) {
            $_SESSION[self::TOKEN] = bin2hex(random_bytes(32));
        }
        return (string) $_SESSION[self::TOKEN];
    }

    /**
     * Do something that may take a while, and let this administrator's other pages go on meanwhile.
     *
     * PHP answers one request of a session at a time. For a script FreePBX has let go of the session already; for a
     * page it goes on with it afterwards.
     *
     * @template T
     * @param callable(): T $action
     * @return T
     */
    public function withoutLock(callable $action)
    {
        if (session_status() !== PHP_SESSION_ACTIVE || headers_sent()) {
            return $action();
        }
        session_write_close();
        try {
            return $action();
        } finally {
            session_start();
        }
    }

    /**
     * Whether the request only reads, or comes from a form or script of our own.
     */
    public function isOurs(): bool
    {
        if ($this->isReading()) {
            return true;
        }
        $given = $this->givenToken();
        $known = (string) ($_SESSION[self::TOKEN] ?? '');
        return $known !== '' && is_string($given) && hash_equals($known, $given);
    }

    public function isReading(): bool
    {
        return in_array($this->method(), ['GET', 'HEAD'], true);
    }

    /**
     * Return the method of the request; to log in at our page's address is to ask for the page.
     */
    public function method(): string
    {
        return $this->isLogin() ? 'GET' : strtoupper((string) ($_SERVER['REQUEST_METHOD'] ?? 'GET'));
    }

    /**
     * Whether this is FreePBX's login, which it posts to the address that was asked for, ours as it may be.
     */
    public function isLogin(): bool
    {
        return isset($_POST['username'], $_POST['password']) && $this->givenToken() === '';
    }

    /**
     * Return the path and query of the panel that are asked for; the overview where they make no sense.
     */
    public function target(): string
    {
        $view = $_GET['view'] ?? '/';
        return is_string($view) && preg_match('~^/(?!/)[\x21\x22\x24-\x7e]*$~D', $view) ? $view : '/';
    }

    /**
     * Return what the request brings along; a login's password is no concern of the panel.
     */
    public function body(): Body
    {
        return $this->isReading() ? Body::none() : Body::ofRequest();
    }

    /**
     * Return the headers of the request that the panel is to see.
     *
     * @return string[]
     */
    public function headers(Body $body): array
    {
        $values = [
            'Content-Type' => $body->type,
            'Accept' => (string) ($_SERVER['HTTP_ACCEPT'] ?? ''),
            'Accept-Language' => $this->language(),
        ];
        $headers = [];
        foreach (array_filter($values, 'strlen') as $name => $value) {
            $headers[] = $name . ': ' . preg_replace('/[\r\n]/', '', $value);
        }
        return $headers;
    }

    /**
     * Return FreePBX's language of this administrator, e.g. "pt-BR"; empty where nobody can tell.
     *
     * Each page of FreePBX settles it (the user's own, what was chosen in the menu, the default, and whether the system
     * has it) and puts it into a cookie. For a script FreePBX does not reckon it again: there is only the cookie.
     */
    private function language(): string
    {
        $names = [$_COOKIE['lang'] ?? '', \FreePBX::Config()->get('UIDEFAULTLANG')];
        foreach ($names as $name) {
            if (is_string($name) && preg_match('/^([a-z]{2,3}(?:_[A-Z]{2})?)(?:[.@][\w@-]*)?$/D', $name, $parts)) {
                return str_replace('_', '-', $parts[1]);
            }
        }
        return '';
    }

    /**
     * Return the token that came with the request, whatever it is.
     *
     * @return mixed
     */
    private function givenToken()
    {
        return $_SERVER['HTTP_X_HOTDESK_TOKEN'] ?? $_POST[self::TOKEN] ?? '';
    }

    /**
     * Whether FreePBX would log this administrator out with the next page: it looks at the time with pages only.
     */
    private static function isIdle(object $user): bool
    {
        $limit = (int) \FreePBX::Config()->get('SESSION_TIMEOUT');
        $last = (int) ($user->_lastactivity ?? 0);
        return $limit > 0 && $last > 0 && $last + max(60, $limit) < time();
    }
}
