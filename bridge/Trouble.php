<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Something does not work; the message is a sentence for the administrator.
 */
class Trouble extends \RuntimeException
{
}
