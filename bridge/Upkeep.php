<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Tells the Python side when FreePBX may have rewritten what it keeps in order.
 */
final class Upkeep
{
    private Backend $backend;

    private Panel $panel;

    private bool $wanted = false;

    public function __construct(Backend $backend, Panel $panel)
    {
        $this->backend = $backend;
        $this->panel = $panel;
    }

    /**
     * Repair now, or as good as now: the daemon does it, or a command in the background.
     */
    public function soon(): void
    {
        if (!$this->panel->reconcile()) {
            $this->backend->background('reconcile.out', ['reconcile']);
        }
    }

    /**
     * Repair once, when FreePBX is through: an edit deletes and makes again, and an import edits hundreds.
     */
    public function atTheEnd(): void
    {
        if (!$this->wanted) {
            $this->wanted = true;
            register_shutdown_function([$this, 'finish']);
        }
    }

    /**
     * The end of the PHP request has come.
     */
    public function finish(): void
    {
        try {
            if (!$this->panel->reconcile()) {
                $answer = $this->backend->command(['reconcile'], 30);
                if (!$answer->isGood()) {
                    throw new Trouble($answer->sentence());
                }
            }
        } catch (\Throwable $error) {
            // The daemon repairs within a minute of its start; FreePBX's own work is done.
            freepbx_log(FPBX_LOG_WARNING, 'hotdesk: not repaired yet. ' . $error->getMessage());
        }
    }
}
