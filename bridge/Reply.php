<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * What the panel answered.
 */
final class Reply
{
    public int $status;

    /** @var array<string, string> By their names in lower case. */
    public array $headers;

    public string $body;

    /**
     * @param array<string, string> $headers
     */
    public function __construct(int $status, array $headers, string $body)
    {
        $this->status = $status;
        $this->headers = $headers;
        $this->body = $body;
    }

    /**
     * Whether it belongs inside FreePBX's page; anything else is a whole answer: a redirect, a download, JSON.
     */
    public function isFragment(): bool
    {
        return ($this->headers['x-hotdesk-fragment'] ?? '') === '1' && !isset($this->headers['location']);
    }
}
