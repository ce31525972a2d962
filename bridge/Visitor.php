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
     * Whether this is an administrator who may use our page.
     */
    public function isAllowed(): bool
    {
        $user = $_SESSION['AMP_user'] ?? null;
        return is_object($user) && method_exists($user, 'checkSection') && $user->checkSection(self::SECTION);
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
     * Whether the request only reads, or comes from a form or script of our own.
     */
    public function isOurs(): bool
    {
        if (in_array($this->method(), ['GET', 'HEAD'], true)) {
            return true;
        }
        $given = $_SERVER['HTTP_X_HOTDESK_TOKEN'] ?? $_POST[self::TOKEN] ?? '';
        $known = (string) ($_SESSION[self::TOKEN] ?? '');
        return $known !== '' && is_string($given) && hash_equals($known, $given);
    }

    public function method(): string
    {
        return strtoupper((string) ($_SERVER['REQUEST_METHOD'] ?? 'GET'));
    }

    /**
     * Return the path and query of the panel that are asked for; the overview where they make no sense.
     */
    public function target(): string
    {
        $view = $_GET['view'] ?? '/';
        return is_string($view) && preg_match('~^/(?!/)[\x21\x22\x24-\x7e]*$~D', $view) ? $view : '/';
    }

    public function body(): string
    {
        return (string) file_get_contents('php://input');
    }

    /**
     * Return the headers of the request that the panel is to see.
     *
     * @return string[]
     */
    public function headers(): array
    {
        $names = ['CONTENT_TYPE' => 'Content-Type', 'HTTP_ACCEPT' => 'Accept'];
        $headers = [];
        foreach ($names as $key => $name) {
            if (!empty($_SERVER[$key])) {
                $headers[] = $name . ': ' . preg_replace('/[\r\n]/', '', (string) $_SERVER[$key]);
            }
        }
        return $headers;
    }
}
