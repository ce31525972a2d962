<?php

/**
 * The suite's own extensions, made and removed by FreePBX's own interfaces, and what only FreePBX can tell.
 *
 *     php office.php ACTION        JSON on standard input; prints one line behind the mark below
 */

const MARK = '@@answer ';

$bootstrap_settings = ['freepbx_auth' => false];
require_once '/etc/freepbx.conf';
// FreePBX reads much of a page's form that we do not fill in, and its own handler would stop at each missing field.
set_error_handler(static fn() => true, E_NOTICE | E_WARNING | E_DEPRECATED);
require_once __DIR__ . '/office/people.php';
require_once __DIR__ . '/office/lines.php';
require_once __DIR__ . '/office/news.php';

$actions = people() + lines() + news();
$data = json_decode((string) stream_get_contents(STDIN), true);
$answer = $actions[$argv[1]](is_array($data) ? $data : []);
echo "\n", MARK, json_encode($answer), "\n";
