<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * What a command of the Python side printed, and how it ended.
 */
final class Answer
{
    public int $status;

    public string $out;

    public string $err;

    /** @var int Seconds after which it was killed; 0 where it ended by itself. */
    public int $late;

    public function __construct(int $status, string $out, string $err, int $late = 0)
    {
        $this->status = $status;
        $this->out = $out;
        $this->err = $err;
        $this->late = $late;
    }

    public function isGood(): bool
    {
        return $this->status === 0 && $this->late === 0;
    }

    /**
     * Return the JSON object that was printed.
     *
     * @return array<mixed>
     */
    public function data(): array
    {
        if (!$this->isGood()) {
            throw new Trouble($this->sentence());
        }
        $data = json_decode($this->out, true);
        if (!is_array($data)) {
            throw new Trouble('The Python side of Hot Desking did not answer with JSON: ' . self::excerpt($this->out));
        }
        return $data;
    }

    /**
     * Say what went wrong, in the command's own words where it has some.
     */
    public function sentence(): string
    {
        if ($this->late) {
            return "The Python side of Hot Desking did not answer within {$this->late} seconds.";
        }
        $data = json_decode($this->out, true);
        if (isset($data['error']['message'])) {
            return (string) $data['error']['message'];
        }
        $words = trim($this->err) === '' ? $this->out : $this->err;
        return trim($words) === '' ? "A command of Hot Desking failed (status {$this->status})." : self::excerpt($words);
    }

    /**
     * Return the end of a text, where Python says what the matter is.
     */
    public static function excerpt(string $text): string
    {
        $lines = preg_split('/\R/', trim($text)) ?: [];
        $end = substr(implode("\n", array_slice($lines, -4)), -600);
        // Nothing is shown of a text that begins within a character, or that is none in UTF-8.
        $end = (string) preg_replace('/^[\x80-\xbf]+/', '', $end);
        return preg_match('//u', $end) ? $end : (string) preg_replace('/[\x80-\xff]/', '?', $end);
    }
}
