<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Talks to the panel on its unix socket; every request but a ping says who asks, and is signed.
 */
final class Panel
{
    /** Seconds; a ping is answered at once or not at all. */
    private const PING = 2;
    private const REQUEST = 60;

    /** Errors of curl with which the request cannot have arrived: no connection could be made. */
    private const NOT_SENT = [CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST];

    private Place $place;

    public function __construct(Place $place)
    {
        $this->place = $place;
    }

    public function isUp(): bool
    {
        try {
            return $this->send('GET', '/ping', [], '', self::PING)->status === 200;
        } catch (Trouble $trouble) {
            return false;
        }
    }

    /**
     * Ask for a repair, which the daemon does shortly after.
     */
    public function reconcile(): bool
    {
        try {
            return $this->ask('POST', '/internal/reconcile', 'bridge', '', '', '', [], self::PING)->status === 202;
        } catch (Trouble $trouble) {
            return false;
        }
    }

    /**
     * Return what FreePBX's notifications are to show.
     *
     * @return array<array<string, string>>
     */
    public function alerts(): array
    {
        $reply = $this->ask('GET', '/internal/alerts', 'bridge');
        $alerts = json_decode($reply->body, true);
        if ($reply->status !== 200 || !is_array($alerts)) {
            throw new Trouble("The daemon of Hot Desking does not say what is wrong (status {$reply->status}).");
        }
        return $alerts;
    }

    /**
     * Pass on a request.
     *
     * @param string $front "page" for an administrator's browser, "bridge" for ourselves.
     * @param string $user The administrator.
     * @param string $token The token that the forms of this administrator's session carry.
     * @param string[] $headers More headers, e.g. the body's type.
     */
    public function ask(
        string $method,
        string $target,
        string $front,
        string $user = '',
        string $token = '',
        string $body = '',
        array $headers = [],
        int $patience = self::REQUEST
    ): Reply {
        $user = rawurlencode($user);
        $time = (string) time();
        // The panel takes each but once, so that nobody repeats a request that was overheard; asking again is signing anew.
        $nonce = bin2hex(random_bytes(16));
        $message = [$method, $target, $front, $user, $time, $nonce, $token, hash('sha256', $body)];
        $signed = [
            "X-Hotdesk-Front: $front",
            "X-Hotdesk-User: $user",
            "X-Hotdesk-Time: $time",
            "X-Hotdesk-Nonce: $nonce",
            "X-Hotdesk-Token: $token",
            'X-Hotdesk-Signature: ' . hash_hmac('sha256', implode("\n", $message), $this->secret()),
        ];
        return $this->send($method, $target, array_merge($signed, $headers), $body, $patience);
    }

    /**
     * Return the key, which is another one after each start of the daemon.
     */
    private function secret(): string
    {
        $secret = trim($this->place->read('secret'));
        if ($secret === '') {
            throw new Unreachable('The daemon of Hot Desking is not running.');
        }
        return $secret;
    }

    /**
     * @param string[] $headers
     */
    private function send(string $method, string $target, array $headers, string $body, int $patience): Reply
    {
        $received = [];
        $curl = curl_init();
        $options = [
            CURLOPT_UNIX_SOCKET_PATH => $this->place->state . '/panel.sock',
            CURLOPT_URL => 'http://localhost' . $target,
            // The signature is over the target as we have it.
            CURLOPT_PATH_AS_IS => true,
            CURLOPT_PROXY => '',
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_NOBODY => $method === 'HEAD',
            // Without "Expect" curl waits for permission to send a large body.
            CURLOPT_HTTPHEADER => array_merge($headers, ['Expect:']),
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => $patience,
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$received): int {
                [$name, $value] = array_pad(explode(':', $line, 2), 2, '');
                $received[strtolower(trim($name))] = trim($value);
                return strlen($line);
            },
        ];
        if ($body !== '' || $method === 'POST') {
            $options[CURLOPT_POSTFIELDS] = $body;
        }
        curl_setopt_array($curl, $options);
        $text = curl_exec($curl);
        if ($text === false) {
            throw self::failure(curl_errno($curl), curl_error($curl));
        }
        return new Reply((int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $received, (string) $text);
    }

    private static function failure(int $number, string $words): Trouble
    {
        if (in_array($number, self::NOT_SENT, true)) {
            return new Unreachable('The daemon of Hot Desking is not running.');
        }
        return new Trouble("The daemon of Hot Desking did not answer ($words).");
    }
}
