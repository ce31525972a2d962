<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * The daemon is not there; the request has not arrived, so it can be made again.
 */
final class Unreachable extends Trouble
{
}
