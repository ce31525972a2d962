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

    /** @var int Seconds in which another process's start of the daemon is over. */
    public static int $turn = 60;

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
     * Whether the module is in force. FreePBX lets scripts' requests through to a module that is disabled or
     * uninstalled, and a job may have been under way: neither may start what was stopped for good.
     */
    public function isWanted(): bool
    {
        return (bool) \FreePBX::Modules()->checkStatus(Notices::MODULE);
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
        // A page, the job and fwconsole may find it down in the same second. Not inherited (e): pm2's own daemon, which
        // a start may start, would keep the lock of a request that died.
        $lock = @fopen($this->place->state . '/start.lock', 'ce');
        $ours = true;
        if ($lock) {
            $this->place->handOver($this->place->state . '/start.lock');
            $ours = self::take($lock);
        }
        try {
            return $this->panel->isUp() || ($ours && $this->launch());
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
        if (!$this->hangs()) {
            return false;
        }
        try {
            return $this->restart();
        } catch (Trouble $trouble) {
            $this->place->write(self::PRINTED, $trouble->getMessage());
            return false;
        }
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
        if ($this->hasProcess()) {
            // It is starting or busy; a second one would only find that out, and pm2 would end the first for it.
            return $this->comesUp();
        }
        $check = $this->backend->command(['--version'], 20);
        if (!$check->isGood()) {
            $this->place->write(self::PRINTED, $check->sentence());
            return false;
        }
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

    /**
     * Whether a process is the daemon, be it one that answers or not: it holds a lock as long as it lives.
     */
    private function hasProcess(): bool
    {
        $lock = @fopen($this->place->state . '/serve.lock', 're');
        if (!$lock) {
            return false;
        }
        $has = !flock($lock, LOCK_SH | LOCK_NB);
        fclose($lock);
        return $has;
    }

    private function hangs(): bool
    {
        clearstatcache();
        $since = @filemtime($this->place->state . '/serve.lock');
        return $since !== false && time() - $since > self::HUNG && $this->hasProcess();
    }

    /**
     * Wait for our turn, not for ever: FreePBX's start and everybody's pages come by here.
     *
     * @param resource $lock
     */
    private static function take($lock): bool
    {
        $limit = microtime(true) + self::$turn;
        while (!flock($lock, LOCK_EX | LOCK_NB)) {
            if (microtime(true) >= $limit) {
                return false;
            }
            usleep(100000);
        }
        return true;
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
