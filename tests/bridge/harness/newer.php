<?php

/**
 * Names what a PHP file uses that PHP 7.4 does not have: one line each. It wants PHP 8 itself, whose tokens it looks at.
 *
 *     newer.php FILE …
 */

const NEW_TOKENS = [
    'T_MATCH' => 'match', 'T_ENUM' => 'enum', 'T_NULLSAFE_OBJECT_OPERATOR' => '?->', 'T_ATTRIBUTE' => 'an attribute',
    'T_READONLY' => 'readonly', 'T_PUBLIC_SET' => 'asymmetric visibility', 'T_PROPERTY_C' => 'a property hook',
];

/** Functions and classes of 8.0 to 8.4 that one would reach for. */
const NEW_NAMES = [
    'str_contains', 'str_starts_with', 'str_ends_with', 'get_debug_type', 'get_resource_id', 'fdiv',
    'preg_last_error_msg', 'array_is_list', 'fsync', 'fdatasync', 'enum_exists', 'ini_parse_quantity', 'curl_upkeep',
    'mb_str_pad', 'json_validate', 'str_increment', 'str_decrement', 'array_find', 'array_find_key', 'array_any',
    'array_all', 'mb_trim', 'mb_ltrim', 'mb_rtrim', 'mb_ucfirst', 'mb_lcfirst', 'fpow', 'request_parse_body',
    'http_get_last_response_headers', 'posix_sysconf', 'socket_atmark', 'openssl_cipher_key_length',
    'memory_reset_peak_usage', 'odbc_connection_string_quote', 'array_first', 'array_last',
    'WeakMap', 'Stringable', 'ValueError', 'UnhandledMatchError', 'PhpToken', 'InternalIterator', 'Fiber', 'UnitEnum',
    'BackedEnum', 'CURLStringFile', 'CurlHandle', 'Random\Randomizer', 'DateError', 'FiberError',
];

/** Words that are types since 8.0, where a type stands. */
const NEW_TYPES = ['mixed', 'never', 'static', 'false', 'true', 'null'];

$status = 0;
foreach (array_slice($argv, 1) as $path) {
    foreach (array_unique(found(tokens((string) file_get_contents($path)))) as $what) {
        echo "$path: $what\n";
        $status = 1;
    }
}
exit($status);

/**
 * Return the tokens that mean something, each as [name, text].
 */
function tokens(string $source): array
{
    $tokens = [];
    foreach (token_get_all($source) as $token) {
        [$name, $text] = is_array($token) ? [token_name($token[0]), $token[1]] : [$token, $token];
        if (!in_array($name, ['T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT', 'T_INLINE_HTML'], true)) {
            $tokens[] = [$name, $text];
        }
    }
    return $tokens;
}

function found(array $tokens): array
{
    $found = [];
    foreach ($tokens as $i => [$name, $text]) {
        $before = $tokens[$i - 1][0] ?? '';
        $after = $tokens[$i + 1][0] ?? '';
        if (isset(NEW_TOKENS[$name])) {
            $found[] = NEW_TOKENS[$name];
        } elseif (in_array($name, ['T_FUNCTION', 'T_FN'], true)) {
            $found = array_merge($found, signature($tokens, $i));
        } elseif (is_new_name($tokens, $i)) {
            $found[] = $text;
        } elseif ($name === 'T_STRING' && $after === ':' && in_array($before, ['(', ','], true)) {
            $found[] = 'a named argument';
        } elseif ($name === 'T_THROW' && !in_array($before, [';', '{', '}', ')', ':', 'T_ELSE', 'T_DO'], true)) {
            $found[] = 'throw in an expression';
        } elseif ($name === 'T_CATCH' && !in_array('T_VARIABLE', array_column(inside($tokens, $i + 1), 0), true)) {
            $found[] = 'catch without a variable';
        } elseif ($name === 'T_CLASS' && $before === 'T_DOUBLE_COLON' && $tokens[$i - 2][0] === 'T_VARIABLE') {
            $found[] = '$object::class';
        } elseif ($name === 'T_ELLIPSIS' && $before === '(' && $after === ')') {
            $found[] = 'a first-class callable';
        } elseif ($name === 'T_LNUMBER' && stripos($text, '0o') === 0) {
            $found[] = '0o17';
        } elseif ($name === 'T_CONST' && ($tokens[$i + 2][0] ?? '') === 'T_STRING') {
            $found[] = 'a constant with a type';
        } elseif ($name === 'T_FINAL' && $after === 'T_CONST') {
            $found[] = 'a final constant';
        } elseif (in_array($name, ['T_PUBLIC', 'T_PROTECTED', 'T_PRIVATE', 'T_VAR'], true)) {
            $found = array_merge($found, property($tokens, $i));
        }
    }
    return $found;
}

/**
 * Whether a name is a function or a class that is new, called or used here (not defined, and not a method).
 */
function is_new_name(array $tokens, int $i): bool
{
    [$name, $text] = $tokens[$i];
    $names = ['T_STRING', 'T_NAME_FULLY_QUALIFIED', 'T_NAME_QUALIFIED'];
    $before = $tokens[$i - 1][0] ?? '';
    $other = ['T_OBJECT_OPERATOR', 'T_DOUBLE_COLON', 'T_FUNCTION', 'T_CONST', 'T_CLASS'];
    return in_array($name, $names, true) && !in_array($before, $other, true)
        && in_array(strtolower(ltrim($text, '\\')), array_map('strtolower', NEW_NAMES), true);
}

/**
 * Return the tokens between the parenthesis at a place and the one that closes it.
 */
function inside(array $tokens, int $open): array
{
    $depth = 0;
    for ($i = $open; $i < count($tokens); $i++) {
        $depth += $tokens[$i][0] === '(' ? 1 : ($tokens[$i][0] === ')' ? -1 : 0);
        if ($depth === 0) {
            return array_slice($tokens, $open + 1, $i - $open - 1);
        }
    }
    return [];
}

/**
 * Look at the parameters and the return type of a function.
 */
function signature(array $tokens, int $i): array
{
    while ($tokens[$i][0] !== '(') {
        $i++;
    }
    $parameters = inside($tokens, $i);
    $names = array_column($parameters, 0);
    $found = [];
    if (array_intersect($names, ['T_PUBLIC', 'T_PROTECTED', 'T_PRIVATE'])) {
        $found[] = 'a promoted parameter';
    }
    if (in_array('T_NEW', $names, true)) {
        $found[] = 'new as a default';
    }
    if (end($names) === ',') {
        $found[] = 'a comma after the last parameter';
    }
    $type = [];
    foreach ($parameters as [$name, $text]) {
        if ($name === 'T_VARIABLE') {
            $found = array_merge($found, type($type));
        }
        $type = in_array($name, [',', 'T_VARIABLE', '='], true) ? [] : array_merge($type, [[$name, $text]]);
    }
    $i += count($parameters) + 2;
    if (($tokens[$i][0] ?? '') === 'T_USE') {
        $i += count(inside($tokens, $i + 1)) + 3;
    }
    $type = [];
    if (($tokens[$i][0] ?? '') === ':') {
        for ($i++; !in_array($tokens[$i][0], ['{', ';', 'T_DOUBLE_ARROW'], true); $i++) {
            $type[] = $tokens[$i];
        }
    }
    return array_merge($found, type($type));
}

/**
 * Look at the type of a property: what stands between its visibility and its name.
 */
function property(array $tokens, int $i): array
{
    $type = [];
    for ($i++; isset($tokens[$i]) && !in_array($tokens[$i][0], ['T_VARIABLE', 'T_FUNCTION', 'T_CONST', ';'], true); $i++) {
        if ($tokens[$i][0] !== 'T_STATIC') {
            $type[] = $tokens[$i];
        }
    }
    return ($tokens[$i][0] ?? '') === 'T_VARIABLE' ? type($type) : [];
}

function type(array $type): array
{
    $found = [];
    foreach ($type as $i => [$name, $text]) {
        if ($text === '|') {
            $found[] = 'a union of types';
        } elseif ($text === '&' && $i > 0 && $i < count($type) - 1) {
            $found[] = 'an intersection of types';
        } elseif (in_array(strtolower($text), NEW_TYPES, true)) {
            $found[] = "the type $text";
        }
    }
    return $found;
}
