<?php

namespace FreePBX\Console\Command;

use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Formatter\OutputFormatter;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/**
 * fwconsole hotdesk …: the module's own command line, which knows its options; nothing of them is looked at here.
 */
class Hotdesk extends Command
{
    protected function configure(): void
    {
        $this->setName('hotdesk')
            ->setDescription('Hot desking: phones, sessions, history, settings and repair')
            ->addArgument('words', InputArgument::IS_ARRAY, 'A command of Hot Desking and its options')
            ->ignoreValidationErrors();
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        return \FreePBX::Hotdesk()->console(self::words());
    }

    /**
     * The console catches --help before us: it gets the text of the command that was asked about.
     */
    public function getHelp(): string
    {
        $words = array_values(array_diff(self::words(), ['--help', '-h']));
        return OutputFormatter::escape(\FreePBX::Hotdesk()->help($words));
    }

    /**
     * Return what stands behind "fwconsole hotdesk", as it was typed.
     *
     * @return string[]
     */
    private static function words(): array
    {
        $typed = array_slice($_SERVER['argv'], 1);
        $at = array_search('hotdesk', $typed, true);
        return $at === false ? [] : array_slice($typed, $at + 1);
    }
}
