<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Our notifications on FreePBX's dashboard.
 *
 * One that stands there already is left alone: FreePBX would take it for new, and show it again to whoever dismissed it.
 */
final class Notices
{
    public const MODULE = 'hotdesk';

    /** The bridge's own; the others are the daemon's. */
    public const CODES = 'CODES';
    public const DIALPLAN = 'DIALPLAN';
    public const DAEMON = 'DAEMON';
    private const OWN = [self::CODES, self::DIALPLAN, self::DAEMON];

    /** FreePBX's number of each level that we use. */
    private const LEVELS = ['critical' => 100, 'security' => 200, 'error' => 400, 'warning' => 500, 'notice' => 600];

    private const LINK = 'config.php?display=hotdesk';

    /**
     * Show a notification.
     */
    public function set(string $id, string $level, string $title, string $text): void
    {
        $level = isset(self::LEVELS[$level]) ? $level : 'error';
        $title = htmlspecialchars($title, ENT_NOQUOTES);
        $text = htmlspecialchars($text, ENT_NOQUOTES);
        $now = $this->mine()[$id] ?? null;
        $same = $now !== null
            && (int) $now['level'] === self::LEVELS[$level]
            && $now['display_text'] === $title
            && $now['extended_text'] === $text;
        if (!$same) {
            $add = 'add_' . $level;
            \FreePBX::Notifications()->$add(self::MODULE, $id, $title, $text, self::LINK, false, false);
        }
    }

    public function clear(string $id): void
    {
        if (isset($this->mine()[$id])) {
            \FreePBX::Notifications()->delete(self::MODULE, $id);
        }
    }

    /**
     * Show what the daemon has to say, and nothing else of it.
     *
     * @param array<array<string, string>> $alerts
     */
    public function follow(array $alerts): void
    {
        $wanted = [];
        foreach ($alerts as $alert) {
            if (is_array($alert) && isset($alert['id'], $alert['level'], $alert['title'])) {
                $wanted[] = (string) $alert['id'];
                $text = (string) ($alert['text'] ?? '');
                $this->set((string) $alert['id'], (string) $alert['level'], (string) $alert['title'], $text);
            }
        }
        foreach (array_diff(array_keys($this->mine()), $wanted, self::OWN) as $gone) {
            $this->clear((string) $gone);
        }
    }

    public function clearAll(): void
    {
        foreach (array_keys($this->mine()) as $id) {
            $this->clear((string) $id);
        }
    }

    /**
     * Take back what administrators had FreePBX keep quiet about for ever.
     */
    public function forgetIgnored(): void
    {
        $prefix = 'NOTIFICATION_IGNORE_' . self::MODULE . '_';
        foreach (array_keys(\FreePBX::Config()->get_conf_settings()) as $name) {
            if (strpos((string) $name, $prefix) === 0) {
                \FreePBX::Config()->remove_conf_setting($name);
            }
        }
    }

    /**
     * @return array<string, array<string, mixed>> By id.
     */
    private function mine(): array
    {
        $rows = [];
        foreach (\FreePBX::Notifications()->list_all(true, false) as $row) {
            if ($row['module'] === self::MODULE) {
                $rows[$row['id']] = $row;
            }
        }
        return $rows;
    }
}
