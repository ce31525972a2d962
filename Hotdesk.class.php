<?php

/**
 * The bridge between FreePBX, which loads only PHP, and the module, which is Python.
 *
 * Nothing is decided here: FreePBX's calls are handed over, and its own lists (feature codes, jobs, notifications, the
 * dialplan) are written as Python says. Whatever of ours fails, FreePBX goes on: its hooks see no error of ours.
 */

namespace FreePBX\modules;

use FreePBX\modules\Hotdesk\Bridge\Backend;
use FreePBX\modules\Hotdesk\Bridge\Dialplan;
use FreePBX\modules\Hotdesk\Bridge\Notices;
use FreePBX\modules\Hotdesk\Bridge\Page;
use FreePBX\modules\Hotdesk\Bridge\Panel;
use FreePBX\modules\Hotdesk\Bridge\Place;
use FreePBX\modules\Hotdesk\Bridge\Service;
use FreePBX\modules\Hotdesk\Bridge\Setup;
use FreePBX\modules\Hotdesk\Bridge\Trouble;
use FreePBX\modules\Hotdesk\Bridge\Upkeep;

require_once __DIR__ . '/bridge/load.php';

class Hotdesk extends \FreePBX_Helpers implements \BMO
{
    private Place $place;

    private Backend $backend;

    private Service $service;

    private Notices $notices;

    private Panel $panel;

    private Upkeep $upkeep;

    private Page $page;

    /**
     * FreePBX's own constructor would only keep $freepbx in a property that it does not declare.
     *
     * @param object|null $freepbx
     */
    public function __construct($freepbx = null)
    {
        $this->place = new Place();
        $this->backend = new Backend($this->place);
        $this->panel = new Panel($this->place);
        $this->service = new Service($this->place, $this->backend, $this->panel);
        $this->notices = new Notices();
        $this->upkeep = new Upkeep($this->backend, $this->panel);
        $this->page = new Page($this->panel, $this->service);
    }

    // Module Admin; false aborts.

    public function install()
    {
        return $this->guarded([$this->setup(), 'install']);
    }

    public function uninstall()
    {
        return $this->guarded([$this->setup(), 'uninstall']);
    }

    public function enable()
    {
        return $this->guarded(function () {
            if (!$this->service->start()) {
                Setup::say($this->service->trouble());
            }
            $this->upkeep->soon();
        });
    }

    /**
     * A module that is disabled repairs nothing and answers no code: nobody may be left sitting anywhere.
     */
    public function disable()
    {
        return $this->guarded(function () {
            try {
                $this->backend->command(['logout', '--all', '--yes', '--json'], 120)->data();
                $this->backend->command(['dialplan', '--forget', '--json'], 30)->data();
            } finally {
                // FreePBX disables us all the same; until it has, a page that is open somewhere starts the daemon again.
                register_shutdown_function(function () {
                    $this->quietly([$this->service, 'stop']);
                });
                $this->service->stop();
                $this->notices->clearAll();
            }
            // Once the daemon is gone, which would pause them again.
            $this->backend->command(['queues', 'release', '--json'], 120)->data();
        });
    }

    /**
     * FreePBX empties a module's key-value store when it uninstalls it, and makes the table to do so. We have none.
     */
    public function deleteAll()
    {
    }

    // Dialplan.

    /**
     * Early: before find me/follow me (100) and core (480), whose own *11 would be found first (V).
     */
    public static function myDialplanHooks()
    {
        return 50;
    }

    public function doDialplanHook(&$ext, $engine, $priority)
    {
        $this->quietly(function () use ($ext) {
            $this->dialplan()->addTo($ext);
        });
    }

    // Hooks of module.xml.

    public function afterReload()
    {
        $this->quietly([$this->upkeep, 'soon']);
    }

    public function startDaemon($output = null)
    {
        $this->quietly(function () use ($output) {
            $this->tell($output, $this->service->start() ? 'Hot Desking started' : $this->service->trouble());
        });
    }

    public function stopDaemon($output = null)
    {
        $this->quietly(function () use ($output) {
            $this->service->stop();
            $this->tell($output, 'Hot Desking stopped');
        });
    }

    /**
     * The state folder is nobody else's; FreePBX takes the x bits off the files in it.
     */
    public function chownFiles()
    {
        return [['type' => 'rdir', 'path' => $this->place->state, 'perms' => 0700]];
    }

    public function userAdded($extension = null, $settings = null, $editing = null)
    {
        $this->quietly([$this->upkeep, 'atTheEnd']);
    }

    public function userDeleted($extension = null, $editing = null)
    {
        $this->quietly([$this->upkeep, 'atTheEnd']);
    }

    public function deviceDeleted($device = null, $editing = null)
    {
        $this->quietly([$this->upkeep, 'atTheEnd']);
    }

    // Once a minute, by Job.php.

    public function minute()
    {
        $this->quietly(function () {
            if (!$this->service->isWanted()) {
                return;
            }
            $this->dialplan()->recover();
            // FreePBX was stopped on purpose, our daemon with it; its start brings both back.
            if (!\FreePBX::create()->astman->connected()) {
                return;
            }
            if (!$this->service->watch()) {
                $this->notices->set(
                    Notices::DAEMON,
                    'error',
                    'Hot desking: the daemon does not run',
                    $this->service->trouble() . "\nWho is logged in stays so; time limits and this page do not work."
                );
                return;
            }
            $this->notices->clear(Notices::DAEMON);
            $this->notices->follow($this->panel->alerts());
        });
    }

    // Admin → Hot Desking.

    public function doConfigPageInit($display)
    {
        if ($display === 'hotdesk') {
            $this->page->open();
        }
    }

    public function showPage()
    {
        return $this->page->fragment();
    }

    public function ajaxRequest($command, &$setting)
    {
        return $command === 'panel';
    }

    public function ajaxCustomHandler()
    {
        $this->page->answerScript();
        return true;
    }

    /**
     * FreePBX asks for it, and never calls it.
     */
    public function ajaxHandler()
    {
        return false;
    }

    // For Console, Backup and Restore.

    /**
     * Run the command line on this terminal; return its exit status.
     *
     * @param string[] $arguments
     */
    public function console(array $arguments)
    {
        return $this->backend->attached($arguments);
    }

    /**
     * Return what the command line prints for help.
     *
     * @param string[] $arguments
     */
    public function help(array $arguments)
    {
        $answer = $this->backend->command(array_merge($arguments, ['--help']));
        return $answer->isGood() ? $answer->out : $answer->sentence();
    }

    /**
     * Write pool, settings, locks and history into a new file; return its path.
     */
    public function backUp()
    {
        $answer = $this->backend->command(['backup', '-'], 300);
        if (!$answer->isGood()) {
            throw new Trouble($answer->sentence());
        }
        $this->place->prepare();
        $name = 'backup-' . bin2hex(random_bytes(6)) . '.json';
        $this->place->write($name, $answer->out);
        return $this->place->state . '/' . $name;
    }

    /**
     * Bring back what a backup holds; return what the command line says about it.
     */
    public function bringBack(string $backup)
    {
        $answer = $this->backend->command(['restore', '-'], 300, $backup);
        if (!$answer->isGood()) {
            throw new Trouble($answer->sentence());
        }
        return trim($answer->out);
    }

    private function dialplan(): Dialplan
    {
        return new Dialplan($this->place, $this->backend, $this->notices);
    }

    private function setup(): Setup
    {
        return new Setup($this->place, $this->backend, $this->service, $this->notices);
    }

    /**
     * Do something that an administrator waits for; say what failed.
     */
    private function guarded(callable $action): bool
    {
        try {
            $action();
            return true;
        } catch (\Throwable $error) {
            Setup::say($error->getMessage());
            return false;
        }
    }

    /**
     * Do something in FreePBX's own course, which no error of ours may stop.
     */
    private function quietly(callable $action): void
    {
        try {
            $action();
        } catch (\Throwable $error) {
            freepbx_log(FPBX_LOG_ERROR, 'hotdesk: ' . $error->getMessage());
        }
    }

    /**
     * @param object|null $output The console's, where FreePBX hands one over.
     */
    private function tell($output, string $text): void
    {
        if (is_object($output) && method_exists($output, 'writeln')) {
            $output->writeln($text);
        }
    }
}
