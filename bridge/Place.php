<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Where things are on this machine, and whose they are.
 */
final class Place
{
    /** @var string The module's folder. */
    public string $module;

    /** @var string The folder of what the daemon and the bridge share: socket, secret, locks. */
    public string $state;

    /** @var string The log; FreePBX's own folder for logs, so that administrators find it where the others are. */
    public string $log;

    /** @var string FreePBX's web user, as whom everything of ours runs. */
    public string $user;

    public string $group;

    /** @var string Where FreePBX copies AGI scripts to. */
    public string $agi;

    /** @var string[] Where FreePBX links commands. */
    public array $bins;

    public function __construct()
    {
        $this->module = dirname(__DIR__);
        $library = self::setting('ASTVARLIBDIR', '/var/lib/asterisk');
        $this->state = $library . '/hotdesk';
        $this->log = self::setting('ASTLOGDIR', '/var/log/asterisk') . '/hotdesk.log';
        $this->user = self::setting('AMPASTERISKWEBUSER', 'asterisk');
        $this->group = self::setting('AMPASTERISKWEBGROUP', $this->user);
        $this->agi = self::setting('ASTAGIDIR', $library . '/agi-bin');
        $this->bins = array_unique([self::setting('AMPBIN', $library . '/bin'), $library . '/bin']);
    }

    /**
     * Make the state folder; nobody but the web user looks into it, for it holds the key to the panel.
     */
    public function prepare(): void
    {
        if (!is_dir($this->state) && !@mkdir($this->state, 0700) && !is_dir($this->state)) {
            throw new Trouble("The folder {$this->state} cannot be made. Run \"fwconsole chown\", then try again.");
        }
        $this->handOver($this->state);
    }

    /**
     * Write a file of the state folder, whole or not at all.
     *
     * As root we write into a folder that is somebody else's: the file must be new, or a link in its place would be
     * followed.
     */
    public function write(string $name, string $text): void
    {
        $path = $this->state . '/' . $name;
        $new = $path . '.' . bin2hex(random_bytes(6));
        $file = @fopen($new, 'x');
        $done = $file !== false && @fwrite($file, $text) === strlen($text) && fclose($file) && @chmod($new, 0600);
        $this->handOver($new);
        if (!$done || !@rename($new, $path)) {
            @unlink($new);
            throw new Trouble("$path cannot be written. Is the disk full? Otherwise run \"fwconsole chown\".");
        }
    }

    /**
     * Return a file of the state folder; empty where there is none.
     */
    public function read(string $name): string
    {
        return is_file($this->state . '/' . $name) ? (string) @file_get_contents($this->state . '/' . $name) : '';
    }

    /**
     * Give to the web user what root has made.
     */
    public function handOver(string $path): void
    {
        if (self::isRoot()) {
            @lchown($path, $this->user);
            @lchgrp($path, $this->group);
        }
    }

    public static function isRoot(): bool
    {
        return posix_geteuid() === 0;
    }

    private static function setting(string $name, string $default): string
    {
        $value = (string) \FreePBX::Config()->get($name);
        return $value === '' ? $default : rtrim($value, '/');
    }
}
