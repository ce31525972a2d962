<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * FreePBX's own minder of processes, where it is installed: it starts the daemon again when it dies.
 *
 * It runs under Node, which may be missing or broken: whatever fails here, the daemon is started without it.
 */
final class Pm2
{
    private const NAME = 'hotdesk';

    private Place $place;

    public function __construct(Place $place)
    {
        $this->place = $place;
    }

    /**
     * Start the daemon; return whether pm2 took it.
     *
     * @param array<string, string> $environment
     */
    public function start(array $environment): bool
    {
        try {
            $pm2 = self::module();
            if ($pm2 === null) {
                return false;
            }
            $script = $this->place->module . '/hotdesk_module/serve.sh';
            if (method_exists($pm2, 'startFromDirectory')) {
                // It makes a folder "logs" where it starts, which is not to be in the module's code.
                $pm2->startFromDirectory(self::NAME, $script, $this->place->state, $environment, true);
            } else {
                $pm2->start(self::NAME, $script, $environment, true);
            }
            return true;
        } catch (\Throwable $error) {
            return false;
        }
    }

    /**
     * Take the daemon away from pm2, which would start it again.
     */
    public function forget(): void
    {
        try {
            $pm2 = self::module();
            if ($pm2 !== null && $pm2->getStatus(self::NAME)) {
                $pm2->delete(self::NAME);
            }
        } catch (\Throwable $error) {
            // A minder that cannot be asked does not mind anything.
        }
    }

    /**
     * @return object|null
     */
    private static function module()
    {
        return \FreePBX::Modules()->checkStatus('pm2') ? \FreePBX::Pm2() : null;
    }
}
