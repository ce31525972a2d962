<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * What a request brings along, as the panel takes it.
 *
 * Of a form with files (multipart/form-data) PHP keeps the body to itself. Such a form goes on as one without files: a
 * file's bytes, whatever they are, become the value of its field. Of fields with one name PHP knows only the last.
 */
final class Body
{
    /** Bytes; the panel takes no more (LARGEST in web/app.py). */
    public const LARGEST = 4000000;

    /** Bytes of a file; encoded each can become three. */
    public const LARGEST_FILE = 1300000;

    private const FORM = 'application/x-www-form-urlencoded';

    public string $text;

    /** @var string Its type; empty where there is none. */
    public string $type;

    private function __construct(string $text, string $type)
    {
        $this->text = $text;
        $this->type = $type;
    }

    /**
     * Return the body of this request.
     */
    public static function ofRequest(): self
    {
        $type = (string) ($_SERVER['CONTENT_TYPE'] ?? '');
        $body = stripos($type, 'multipart/form-data') === 0
            ? new self(http_build_query(self::fields(), '', '&'), self::FORM)
            : new self((string) file_get_contents('php://input', false, null, 0, self::LARGEST + 1), $type);
        if (strlen($body->text) > self::LARGEST) {
            throw self::tooLarge('Hot Desking takes at most ' . self::LARGEST . ' bytes at a time.');
        }
        return $body;
    }

    public static function none(): self
    {
        return new self('', '');
    }

    /**
     * Say so where the request is so large that PHP has thrown it away: all of it, our token included.
     */
    public static function mustBeThere(): void
    {
        $limit = self::bytes((string) ini_get('post_max_size'));
        $size = (int) ($_SERVER['CONTENT_LENGTH'] ?? 0);
        if ($limit > 0 && $size > $limit) {
            throw self::tooLarge("It has $size bytes, and PHP takes at most " . ini_get('post_max_size')
                . ' (post_max_size in php.ini).');
        }
    }

    /**
     * @return array<string, string>
     */
    private static function fields(): array
    {
        // A list has no place in our forms.
        $fields = array_filter($_POST, 'is_string');
        foreach ($_FILES as $name => $file) {
            if (is_string($file['tmp_name'])) {
                $fields[$name] = self::content($file);
            }
        }
        return $fields;
    }

    /**
     * Return what is in a file; nothing where none was chosen.
     *
     * @param array<string, mixed> $file What PHP says of it.
     */
    private static function content(array $file): string
    {
        switch ($file['error']) {
            case UPLOAD_ERR_OK:
                break;
            case UPLOAD_ERR_NO_FILE:
                return '';
            case UPLOAD_ERR_INI_SIZE:
                throw self::tooLarge('PHP takes files of at most ' . ini_get('upload_max_filesize')
                    . ' (upload_max_filesize in php.ini).');
            case UPLOAD_ERR_FORM_SIZE:
                throw self::tooLarge('The page allows less.');
            case UPLOAD_ERR_PARTIAL:
                throw new Refusal(400, 'bad_request', 'Nothing was changed', 'The file did not arrive whole; send it again.');
            default:
                throw new Trouble("PHP cannot store the file (its error {$file['error']}). Is the disk full?");
        }
        if ($file['size'] > self::LARGEST_FILE) {
            throw self::tooLarge("It has {$file['size']} bytes; at most " . self::LARGEST_FILE . ' are possible.');
        }
        $text = @file_get_contents($file['tmp_name']);
        if ($text === false) {
            throw new Trouble('The file that PHP has stored cannot be read.');
        }
        return $text;
    }

    private static function tooLarge(string $why): Refusal
    {
        return new Refusal(413, 'request_entity_too_large', 'Nothing was changed', "This is too large. $why");
    }

    /**
     * Return what PHP means by a size like 8M; 0 is no limit.
     */
    private static function bytes(string $size): int
    {
        $units = ['K' => 1024, 'M' => 1048576, 'G' => 1073741824];
        return (int) $size * ($units[strtoupper(substr(trim($size), -1))] ?? 1);
    }
}
