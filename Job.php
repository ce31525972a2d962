<?php

namespace FreePBX\modules\Hotdesk;

use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * What FreePBX's job runs once a minute: the daemon up, its alerts shown.
 */
class Job implements \FreePBX\Job\TaskInterface
{
    /**
     * True always: an error of ours is in FreePBX's log and its notifications, and no reason for a failed job.
     */
    public static function run(InputInterface $input, OutputInterface $output): bool
    {
        \FreePBX::Hotdesk()->minute();
        return true;
    }
}
