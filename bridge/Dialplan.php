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
            $this->add($ext, $data ?? ['includes' => [], 'extensions' => []]);
            return;
        }
        $this->add($ext, $data);
        $this->save($data);
        $this->notices->clear(Notices::DIALPLAN);
    }

    /**
     * @return array{includes: string[][], extensions: string[][]}
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
     * @param array{includes: string[][], extensions: string[][]} $data
     */
    private function add($ext, array $data): void
    {
        foreach ($data['includes'] as [$context, $included]) {
            $ext->addInclude($context, $included);
        }
        foreach ($data['extensions'] as [$context, $extension, $label, $application]) {
            $ext->add($context, $extension, $label, new \extension($application));
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
     * @return array{includes: string[][], extensions: string[][]}|null
     */
    private static function checked($data): ?array
    {
        $good = is_array($data)
            && self::isTable($data['includes'] ?? null, 2)
            && self::isTable($data['extensions'] ?? null, 4)
            && $data['extensions'] !== [];
        return $good ? ['includes' => $data['includes'], 'extensions' => $data['extensions']] : null;
    }

    /**
     * Whether it is rows of so many texts; the third one, a label, may be empty.
     *
     * @param mixed $rows
     */
    private static function isTable($rows, int $width): bool
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
                if (!is_string($text) || ($text === '' && $number !== 2) || preg_match('/[\x00-\x1f]/', $text)) {
                    return false;
                }
            }
        }
        return true;
    }
}
