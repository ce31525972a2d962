<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Installs and uninstalls; each may be run as often as one likes.
 */
final class Setup
{
    private const JOB = 'minute';

    /** Seconds; compiling and the tables take long on a small machine. */
    private const PATIENCE = 600;

    private Place $place;

    private Backend $backend;

    private Service $service;

    private Notices $notices;

    private FeatureCodes $codes;

    public function __construct(Place $place, Backend $backend, Service $service, Notices $notices)
    {
        $this->place = $place;
        $this->backend = $backend;
        $this->service = $service;
        $this->notices = $notices;
        $this->codes = new FeatureCodes($backend);
    }

    public function install(): void
    {
        $this->ownFiles();
        $this->place->prepare();
        $this->script('install.py');
        $this->registerCodes();
        \FreePBX::Job()->addClass(Notices::MODULE, self::JOB, 'FreePBX\modules\Hotdesk\Job', '* * * * *');
        // An upgrade's old daemon runs the old code.
        // Logins work without it, and of a module whose installation fails nothing would be loaded.
        try {
            $running = $this->service->restart();
            self::say($running ? 'Hot Desking: the daemon runs' : $this->service->trouble() . ' FreePBX tries again'
                . ' every minute.');
        } catch (Trouble $trouble) {
            self::say($trouble->getMessage() . ' Run "fwconsole restart" when that is mended.');
        }
    }

    /**
     * Leave nothing behind but the log, which somebody may want to read after this.
     */
    public function uninstall(): void
    {
        try {
            $this->service->stop();
            $this->script('uninstall.py');
        } catch (Trouble $trouble) {
            // FreePBX has taken us off its list before it called us.
            throw new Trouble($trouble->getMessage() . ' FreePBX counts the module as uninstalled by now: when that is'
                . ' mended, install it again ("fwconsole ma install hotdesk") and then uninstall it.');
        }
        $this->codes->remove();
        \FreePBX::Job()->removeAllByModule(Notices::MODULE);
        $this->notices->clearAll();
        $this->notices->forgetIgnored();
        $this->removeCopies();
        self::remove($this->place->state);
    }

    /**
     * Say something that Module Admin and fwconsole show.
     */
    public static function say(string $text): void
    {
        out(PHP_SAPI === 'cli' ? $text : htmlspecialchars($text));
    }

    /**
     * The Python side writes into the module's folder, as the web user; unpacked by root it is root's.
     */
    private function ownFiles(): void
    {
        if (Place::isRoot()) {
            $owner = $this->place->user . ':' . $this->place->group;
            $this->backend->plain(['chown', '-R', $owner, $this->place->module], 60);
        }
    }

    private function script(string $name): void
    {
        $answer = $this->backend->script($name, self::PATIENCE, [self::class, 'say']);
        if (!$answer->isGood()) {
            throw new Trouble($answer->sentence());
        }
    }

    private function registerCodes(): void
    {
        $message = $this->codes->register();
        if ($message === '') {
            $this->notices->clear(Notices::CODES);
            return;
        }
        self::say('Hot Desking: ' . $message);
        $this->notices->set(Notices::CODES, 'warning', 'Hot desking has other codes than usual', $message);
    }

    /**
     * Remove what FreePBX's reload copied and linked out of the module, and would not take back.
     */
    private function removeCopies(): void
    {
        @unlink($this->place->agi . '/hotdesk.py');
        // What pm2 collects of a daemon that has a log of its own.
        foreach (glob(dirname($this->place->log) . '/hotdesk_{out,err}.log', GLOB_BRACE) ?: [] as $path) {
            @unlink($path);
        }
        foreach ($this->place->bins as $folder) {
            foreach (glob($folder . '/*') ?: [] as $path) {
                if (is_link($path) && strpos((string) @readlink($path), $this->place->module . '/') === 0) {
                    @unlink($path);
                }
            }
        }
    }

    /**
     * Remove a folder with all that is in it; a link is removed, not followed.
     */
    private static function remove(string $path): void
    {
        if (is_link($path) || !is_dir($path)) {
            @unlink($path);
            return;
        }
        foreach (array_diff(@scandir($path) ?: [], ['.', '..']) as $name) {
            self::remove($path . '/' . $name);
        }
        @rmdir($path);
    }
}
