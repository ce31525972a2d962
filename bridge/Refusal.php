<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * A request that does not get as far as the panel; an administrator reads the title and the message, a script the name.
 */
final class Refusal extends Trouble
{
    /** @var int The HTTP status. */
    public int $status;

    /** @var string Stable, e.g. "bad_token"; docs/errors.md lists them. */
    public string $name;

    public string $title;

    public function __construct(int $status, string $name, string $title, string $message)
    {
        parent::__construct($message);
        $this->status = $status;
        $this->name = $name;
        $this->title = $title;
    }
}
