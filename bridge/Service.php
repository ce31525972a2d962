<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Starts and stops the daemon: by pm2 where FreePBX has it, by itself otherwise. It sees to it that there is only one.
 */
final class Service
{
    /** Seconds in which the daemon answers after a start. */
    private const START = 8;

    /** Seconds after which a daemon that does not answer is not merely slow. */
    private const HUNG = 120;

    /** What the start printed. */
    private const PRINTED = 'start.out';

    private Place $place;

    private Backend $backend;

    private Panel $panel;

    private Pm2 $pm2;

    public function __construct(Place $place, Backend $backend, Panel $panel)
    {
        $this->place = $place;
        $this->backend = $backend;
        $this->panel = $panel;
        $this->pm2 = new Pm2($place);
    }

    /**
     * See to it that the daemon runs; return whether it does.
     */
    public function start(): bool
    {
        if ($this->panel->isUp()) {
            return true;
        }
        $this->place->prepare();
        // A page, the job and fwconsole may find it down in the same second.
        $lock = @fopen($this->place->state . '/start.lock', 'c');
        if ($lock) {
            $this->place->handOver($this->place->state . '/start.lock');
            flock($lock, LOCK_EX);
        }
        try {
            return $this->panel->isUp() || $this->launch();
        } finally {
            if ($lock) {
                flock($lock, LOCK_UN);
                fclose($lock);
            }
        }
    }

    /**
     * Stop the daemon, whoever minds it; nothing else of ours stops by it.
     */
    public function stop(): void
    {
        $this->pm2->forget();
        $answer = $this->backend->command(['serve', '--stop', '--state', $this->place->state], 30);
        if (!$answer->isGood()) {
            throw new Trouble('The daemon of Hot Desking could not be stopped. ' . $answer->sentence());
        }
    }

    /**
     * Replace the daemon that runs, e.g. one of an older version.
     */
    public function restart(): bool
    {
        $this->stop();
        return $this->start();
    }

    /**
     * Start the daemon if it is down, and again if it hangs; once a minute.
     */
    public function watch(): bool
    {
        if ($this->start()) {
            return true;
        }
        clearstatcache();
        $since = @filemtime($this->place->state . '/serve.lock');
        return $since !== false && time() - $since > self::HUNG && $this->restart();
    }

    /**
     * Say why the daemon does not run.
     */
    public function trouble(): string
    {
        $printed = Answer::excerpt($this->place->read(self::PRINTED));
        return 'The daemon of Hot Desking does not start. ' . ($printed === '' ? "See {$this->place->log}." : $printed);
    }

    private function launch(): bool
    {
        if ($this->pm2->start($this->backend->ours())) {
            if ($this->comesUp()) {
                return true;
            }
            $this->pm2->forget();
        }
        $arguments = ['serve', '--state', $this->place->state, '--log', $this->place->log];
        $answer = $this->backend->background(self::PRINTED, $arguments);
        if (!$answer->isGood()) {
            $this->place->write(self::PRINTED, $answer->sentence());
            return false;
        }
        return $this->comesUp();
    }

    private function comesUp(): bool
    {
        $limit = microtime(true) + self::START;
        do {
            usleep(100000);
            if ($this->panel->isUp()) {
                return true;
            }
        } while (microtime(true) < $limit);
        return false;
    }
}
