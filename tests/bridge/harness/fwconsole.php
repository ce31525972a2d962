<?php

/**
 * fwconsole: fwconsole.php WORLD hotdesk [WORD …]; --help is caught, as Symfony does.
 */

require __DIR__ . '/freepbx.php';

World::open($argv[1]);
$_SERVER['argv'] = array_merge(['fwconsole'], array_slice($argv, 2));
require FreePBX::MODULE() . '/Console/Hotdesk.class.php';

$command = new \FreePBX\Console\Command\Hotdesk();
if (array_intersect(['--help', '-h'], $_SERVER['argv'])) {
    echo $command->getHelp();
    exit(0);
}
exit($command->run(new \Symfony\Component\Console\Input\Input(), new \Symfony\Component\Console\Output\Output()));
