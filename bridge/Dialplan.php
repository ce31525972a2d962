<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Adds what Python decides to FreePBX's dialplan, verbatim.
 *
 * FreePBX's reload must succeed whatever becomes of Python: then the last good answer stands in, and a notification says
 * so. Lines go in as they are, for FreePBX would rewrite an AGI of its own making to its FastAGI server, which logs PINs.
 */
final class Dialplan
{
    /** @var int Seconds that a reload waits for Python. */
    public static int $patience = 15;

    private const SAVED = 'dialplan.json';

    private const NOTHING = ['includes' => [], 'extensions' => [], 'globals' => [], 'hints' => []];

    /** Of the columns of a line the one that may be empty. */
    private const LABEL = 2;

    private Place $place;

    private Backend $backend;

    private Notices $notices;

    public function __construct(Place $place, Backend $backend, Notices $notices)
    {
        $this->place = $place;
        $this->backend = $backend;
        $this->notices = $notices;
    }

    /**
     * @param object $ext FreePBX's dialplan in the making.
     */
    public function addTo($ext): void
    {
        try {
            $data = $this->fresh();
        } catch (Trouble $trouble) {
            $data = self::checked(json_decode($this->place->read(self::SAVED), true));
            $this->complain($trouble->getMessage(), $data !== null);
            $this->add($ext, $data ?? self::NOTHING);
            return;
        }
        $this->add($ext, $data);
        $this->save($data);
        $this->notices->clear(Notices::DIALPLAN);
    }

    /**
     * Take the notification back when what it complains of is over.
     *
     * The last good dialplan is in force since. Where that is what Python would say now, all is well again; where it is
     * not, FreePBX's Apply Config is lit.
     */
    public function recover(): void
    {
        if (!$this->notices->has(Notices::DIALPLAN)) {
            return;
        }
        try {
            $data = $this->fresh();
        } catch (Trouble $trouble) {
            return;
        }
        if ($data === self::checked(json_decode($this->place->read(self::SAVED), true))) {
            $this->notices->clear(Notices::DIALPLAN);
            return;
        }
        needreload();
        $this->notices->set(
            Notices::DIALPLAN,
            'warning',
            'Hot desking: apply the configuration',
            'What kept the dialplan from being made is mended. Click Apply Config, or run "fwconsole reload".'
        );
    }

    /**
     * @return array{includes: string[][], extensions: string[][], globals: string[][], hints: string[][]}
     */
    private function fresh(): array
    {
        $data = self::checked($this->backend->command(['dialplan', '--json'], self::$patience)->data());
        if ($data === null) {
            throw new Trouble('The Python side of Hot Desking answered with something that is no dialplan.');
        }
        return $data;
    }

    /**
     * @param object $ext
     * @param array{includes: string[][], extensions: string[][], globals: string[][], hints: string[][]} $data
     */
    private function add($ext, array $data): void
    {
        foreach ($data['includes'] as [$context, $included]) {
            $ext->addInclude($context, $included);
        }
        foreach ($data['extensions'] as [$context, $extension, $label, $application]) {
            $ext->add($context, $extension, $label, new \extension($application));
        }
        foreach ($data['globals'] as [$name, $value]) {
            $ext->addGlobal($name, $value);
        }
        foreach ($data['hints'] as [$context, $extension, $device]) {
            $ext->addHint($context, $extension, $device);
        }
    }

    /**
     * @param array<mixed> $data
     */
    private function save(array $data): void
    {
        try {
            $this->place->prepare();
            $this->place->write(self::SAVED, (string) json_encode($data));
        } catch (Trouble $trouble) {
            // The dialplan is in place; what is missing is only the copy for a bad day.
            freepbx_log(FPBX_LOG_WARNING, 'hotdesk: ' . $trouble->getMessage());
        }
    }

    private function complain(string $why, bool $saved): void
    {
        $state = $saved ? 'the dialplan of the last good reload is in force' : 'the login codes do not work';
        $this->notices->set(
            Notices::DIALPLAN,
            'error',
            "Hot desking: $state",
            "$why\nTo mend it: run \"fwconsole hotdesk dialplan\" and see what it says, then apply the configuration again."
        );
        freepbx_log(FPBX_LOG_ERROR, "hotdesk: $state. $why");
    }

    /**
     * Return the data if it is a dialplan, else null.
     *
     * @param mixed $data
     * @return array{includes: string[][], extensions: string[][], globals: string[][], hints: string[][]}|null
     */
    private static function checked($data): ?array
    {
        // The copy of an earlier version has neither variables nor hints.
        $data = is_array($data) ? array_intersect_key($data, self::NOTHING) + self::NOTHING : self::NOTHING;
        $good = self::isTable($data['includes'], 2)
            && self::isTable($data['extensions'], 4, self::LABEL)
            && $data['extensions'] !== []
            && self::isTable($data['globals'], 2)
            && self::isTable($data['hints'], 3);
        return $good ? $data : null;
    }

    /**
     * Whether it is rows of so many texts, none of them empty but the one of a column.
     *
     * @param mixed $rows
     */
    private static function isTable($rows, int $width, ?int $optional = null): bool
    {
        if (!is_array($rows)) {
            return false;
        }
        foreach ($rows as $row) {
            if (!is_array($row) || array_keys($row) !== range(0, $width - 1)) {
                return false;
            }
            foreach ($row as $number => $text) {
                // A line break would begin a line of somebody else's dialplan.
                if (!is_string($text) || ($text === '' && $number !== $optional) || preg_match('/[\x00-\x1f]/', $text)) {
                    return false;
                }
            }
        }
        return true;
    }
}
