<?php

/**
 * Calls a method of the module as FreePBX does, and prints what came of it as JSON in the last line.
 *
 *     call.php WORLD METHOD [ARGUMENT as JSON …]
 */

require __DIR__ . '/freepbx.php';

[, $world, $method] = $argv;
World::open($world);
$arguments = array_map(function ($argument) {
    return json_decode($argument, true);
}, array_slice($argv, 3));

/** Each of these is one way in which FreePBX calls the module; the others are methods without ado. */
$ways = [
    'dialplan' => function () {
        $ext = new extensions();
        \FreePBX\modules\Hotdesk\Bridge\Dialplan::$patience = World::get('patience') ?? 15;
        FreePBX::Hotdesk()->doDialplanHook($ext, 'asterisk', 50);
        return $ext->added;
    },
    'job' => function () {
        return \FreePBX\modules\Hotdesk\Job::run(
            new \Symfony\Component\Console\Input\Input(),
            new \Symfony\Component\Console\Output\Output()
        );
    },
    'startDaemon' => function () {
        return FreePBX::Hotdesk()->startDaemon(new \Symfony\Component\Console\Output\Output());
    },
    // A page is open somewhere, and asks before FreePBX has noted that the module is disabled.
    'disableWatched' => function () {
        $done = FreePBX::Hotdesk()->disable();
        FreePBX::Hotdesk()->startDaemon();
        return $done;
    },
    'impatient' => function () {
        \FreePBX\modules\Hotdesk\Bridge\Service::$turn = 1;
        return FreePBX::Hotdesk()->startDaemon(new \Symfony\Component\Console\Output\Output());
    },
    'ajaxRequest' => function ($command) {
        $settings = [];
        return [FreePBX::Hotdesk()->ajaxRequest($command, $settings), $settings];
    },
    // An import edits many extensions in one request.
    'import' => function ($count) {
        for ($i = 0; $i < $count; $i++) {
            FreePBX::Hotdesk()->userDeleted((string) $i, true);
            FreePBX::Hotdesk()->deviceDeleted((string) $i, true);
            FreePBX::Hotdesk()->userAdded((string) $i, [], true);
        }
    },
    'backup' => function () {
        $backup = new \FreePBX\modules\Hotdesk\Backup();
        $backup->runBackup('1', 'transaction');
        return $backup->getData();
    },
    'restore' => function ($data) {
        $restore = new \FreePBX\modules\Hotdesk\Restore($data);
        $restore->reset();
        $restore->runRestore();
    },
];

// Loaded before it is called, as FreePBX does with every module during a reload.
$module = FreePBX::Hotdesk();
$way = $ways[$method] ?? [$module, $method];
$result = $way(...$arguments);
echo json_encode(['result' => $result]) . "\n";
