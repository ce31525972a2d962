<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Runs the Python side: the command line and the module's scripts, as FreePBX's user.
 */
final class Backend
{
    /** What of the web server's or the terminal's environment our commands get; none of it comes from a request. */
    private const KEPT = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'SUDO_USER'];

    private const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

    /** Microseconds between two looks at a command that runs. */
    private const TICK = 10000;

    private Place $place;

    public function __construct(Place $place)
    {
        $this->place = $place;
    }

    /**
     * Run the command line and wait for its end.
     *
     * @param string[] $arguments
     * @param int $patience Seconds after which it is killed.
     */
    public function command(array $arguments, int $patience = 60, string $input = ''): Answer
    {
        return $this->run(['sh', $this->place->module . '/bin/hotdesk', ...$arguments], $patience, $input, null);
    }

    /**
     * Run install.py or uninstall.py.
     *
     * @param callable(string): void $tell Gets each line as it comes, for these take long.
     */
    public function script(string $name, int $patience, callable $tell): Answer
    {
        return $this->run($this->python($name), $patience, '', $tell);
    }

    /**
     * Run the command line in the background; what it prints ends up in a file of the state folder.
     *
     * @param string[] $arguments
     */
    public function background(string $file, array $arguments): Answer
    {
        $command = [...$this->python('bridge/detach.py'), $this->place->state . '/' . $file, ...$arguments];
        return $this->run($command, 20, '', null);
    }

    /**
     * Run the command line on the terminal that we are on: its colours, questions and progress bars are the command's.
     *
     * @param string[] $arguments
     */
    public function attached(array $arguments): int
    {
        $ends = [STDIN, STDOUT, STDERR];
        $pipes = [];
        $command = ['sh', $this->place->module . '/bin/hotdesk', ...$arguments];
        $process = proc_open($command, $ends, $pipes, null, array_merge(getenv(), $this->ours()));
        if (!is_resource($process)) {
            throw new Trouble('The command hotdesk cannot be started.');
        }
        // Ctrl-C is for the command, which tidies up; we wait for it. (A handler is not inherited, "ignore" would be.)
        if (function_exists('pcntl_signal')) {
            pcntl_signal(SIGINT, static function () {
            });
        }
        $status = proc_close($process);
        return $status < 0 ? 1 : $status;
    }

    /**
     * Run any command; FreePBX's own folders are put in order with it.
     *
     * @param string[] $command
     */
    public function plain(array $command, int $patience): Answer
    {
        return $this->run($command, $patience, '', null);
    }

    /**
     * Return what tells our commands where they are.
     *
     * @return array<string, string>
     */
    public function ours(): array
    {
        $own = array_filter(getenv(), static fn($name) => strpos($name, 'HOTDESK_') === 0, ARRAY_FILTER_USE_KEY);
        return [
            'HOTDESK_USER' => $this->place->user,
            'HOTDESK_STATE' => $this->place->state,
            'HOTDESK_LOG' => $this->place->log,
        ] + $own;
    }

    /**
     * @return string[]
     */
    private function python(string $script): array
    {
        $module = $this->place->module;
        return ['sh', "$module/hotdesk_module/python.sh", "$module/$script"];
    }

    /**
     * @return array<string, string>
     */
    private function environment(): array
    {
        $kept = array_intersect_key(getenv(), array_flip(self::KEPT));
        return $this->ours() + array_filter($kept, 'strlen') + ['PATH' => self::PATH];
    }

    /**
     * Run a command to its end or its time limit.
     *
     * Its input and output are files: with pipes a command that prints much, or leaves a child behind, makes us wait.
     *
     * @param string[] $command
     */
    private function run(array $command, int $patience, string $input, ?callable $tell): Answer
    {
        [$in, $out, $err] = [self::file($input), self::file(), self::file()];
        $pipes = [];
        $process = @proc_open($command, [$in, $out, $err], $pipes, '/', $this->environment());
        if (!is_resource($process)) {
            throw new Trouble("{$command[0]} cannot be started.");
        }
        // A file that both sides have open has one position for both; we read through a second one.
        $reader = fopen(stream_get_meta_data($out)['uri'], 'r');
        $limit = microtime(true) + $patience;
        do {
            usleep(self::TICK);
            $state = proc_get_status($process);
            self::pass($reader, $tell);
        } while ($state['running'] && microtime(true) < $limit);
        $late = $state['running'] ? $patience : 0;
        if ($late) {
            self::kill($process);
        }
        proc_close($process);
        self::pass($reader, $tell);
        return new Answer($state['running'] ? -1 : $state['exitcode'], self::text($out), self::text($err), $late);
    }

    /**
     * End a command that takes too long; politely first, so that runuser passes it on.
     *
     * @param resource $process
     */
    private static function kill($process): void
    {
        proc_terminate($process, 15);
        for ($i = 0; $i < 300 && proc_get_status($process)['running']; $i++) {
            usleep(self::TICK);
        }
        proc_terminate($process, 9);
    }

    /**
     * Hand on the lines that have come in; the beginning of one waits for its end.
     *
     * @param resource $reader
     */
    private static function pass($reader, ?callable $tell): void
    {
        if ($tell === null) {
            return;
        }
        $start = ftell($reader);
        while (is_string($line = fgets($reader)) && substr($line, -1) === "\n") {
            $tell(rtrim($line));
            $start = ftell($reader);
        }
        fseek($reader, $start);
    }

    /**
     * @return resource
     */
    private static function file(string $text = '')
    {
        $file = tmpfile();
        if ($file === false) {
            throw new Trouble('There is no room for temporary files in ' . sys_get_temp_dir() . '.');
        }
        fwrite($file, $text);
        rewind($file);
        return $file;
    }

    /**
     * @param resource $file
     */
    private static function text($file): string
    {
        return (string) file_get_contents(stream_get_meta_data($file)['uri']);
    }
}
