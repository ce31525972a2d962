<?php

/**
 * What the stand-ins for FreePBX know and were told, kept in a file between one run of PHP and the next.
 */
final class World
{
    private static string $path = '';

    public static function open(string $path): void
    {
        self::$path = $path;
    }

    public static function get(string $name)
    {
        return self::all()[$name] ?? null;
    }

    public static function set(string $name, $value): void
    {
        $all = self::all();
        $all[$name] = $value;
        file_put_contents(self::$path, json_encode($all, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES), LOCK_EX);
    }

    public static function append(string $name, $value): void
    {
        self::set($name, array_merge(self::get($name) ?? [], [$value]));
    }

    private static function all(): array
    {
        return json_decode(file_get_contents(self::$path), true);
    }
}
