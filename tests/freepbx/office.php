<?php

/**
 * The suite's own extensions, made and removed by FreePBX's own interfaces, and what only FreePBX can tell.
 *
 *     php office.php ACTION        JSON on standard input; prints one line behind the mark below
 */

const MARK = '@@answer ';

error_reporting(E_ALL & ~(E_NOTICE | E_WARNING | E_DEPRECATED | E_STRICT));
$bootstrap_settings = ['freepbx_auth' => false];
require_once '/etc/freepbx.conf';
require_once __DIR__ . '/office/people.php';
require_once __DIR__ . '/office/lines.php';
require_once __DIR__ . '/office/news.php';

$actions = people() + lines() + news();
$data = json_decode((string) stream_get_contents(STDIN), true);
$answer = $actions[$argv[1]](is_array($data) ? $data : []);
echo "\n", MARK, json_encode($answer), "\n";
