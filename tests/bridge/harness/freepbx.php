<?php

/**
 * Stand-ins for what the bridge calls of FreePBX: the same names, our own code, with state.
 *
 * A warning is fatal, as FreePBX makes it (it turns them into exceptions).
 */

namespace {

    error_reporting(E_ALL);
    set_error_handler(function ($level, $message, $file, $line) {
        if (error_reporting() & $level) {
            throw new ErrorException($message, 0, $level, $file, $line);
        }
        return false;
    });

    require __DIR__ . '/World.php';

    define('FPBX_LOG_ERROR', 'ERROR');
    define('FPBX_LOG_WARNING', 'WARNING');

    function out($text)
    {
        echo $text . "\n";
    }

    function needreload()
    {
        World::set('needreload', true);
    }

    function freepbx_log($level, $message)
    {
        World::append('log', "$level $message");
    }

    /** FreePBX's autoloader of what lies in a module's folder, and of these. */
    spl_autoload_register(function ($class) {
        if (strpos($class, 'FreePBX\\modules\\Hotdesk\\') === 0) {
            $path = FreePBX::MODULE() . '/' . str_replace('\\', '/', substr($class, 24)) . '.php';
            if (is_file($path)) {
                include $path;
            }
        }
    });

    /**
     * FreePBX itself: its parts by name, the module's class loaded when it is first wanted.
     */
    class FreePBX
    {
        private static array $parts = [];

        public static function create()
        {
            return (object) ['astman' => new \StandIn\Astman()];
        }

        public static function MODULE(): string
        {
            return World::get('settings')['AMPWEBROOT'] . '/admin/modules/hotdesk';
        }

        public static function __callStatic($name, $arguments)
        {
            if (!isset(self::$parts[$name])) {
                $class = 'StandIn\\' . $name;
                if ($name === 'Hotdesk') {
                    require_once self::MODULE() . '/Hotdesk.class.php';
                    $class = 'FreePBX\\modules\\Hotdesk';
                }
                self::$parts[$name] = new $class(new stdClass());
            }
            return self::$parts[$name];
        }
    }

    interface BMO
    {
        public function install();

        public function uninstall();
    }

    class FreePBX_Helpers
    {
        public function __get($name)
        {
            throw new Exception("The bridge uses \$this->$name, which it does not declare");
        }

        public function __set($name, $value)
        {
            throw new Exception("The bridge sets \$this->$name, which it does not declare");
        }

        public function deleteAll()
        {
            World::set('kvstore', true);
        }
    }

    /**
     * A feature code, in FreePBX's table: an update that has not read it first enables it.
     */
    class featurecode
    {
        private string $module;
        private string $feature;
        private ?array $row = null;
        private array $new = ['enabled' => 1, 'customcode' => null];

        public function __construct($module, $feature)
        {
            [$this->module, $this->feature] = [$module, $feature];
        }

        public function init()
        {
            $found = self::query('SELECT * FROM featurecodes WHERE modulename = ? AND featurename = ?', $this->key());
            $this->row = $found->fetch(PDO::FETCH_ASSOC) ?: null;
            if ($this->row) {
                $this->new = ['enabled' => $this->row['enabled'], 'customcode' => $this->row['customcode']];
            }
        }

        public function setDescription($text)
        {
            $this->new['description'] = $text;
        }

        public function setHelpText($text)
        {
            $this->new['helptext'] = $text;
        }

        public function setDefault($code)
        {
            $this->new['defaultcode'] = $code;
        }

        public function update()
        {
            $new = $this->new;
            $this->delete();
            self::query(
                'INSERT INTO featurecodes (modulename, featurename, description, helptext, defaultcode, customcode, enabled)'
                . ' VALUES (?, ?, ?, ?, ?, ?, ?)',
                array_merge($this->key(), [
                    $new['description'], $new['helptext'], $new['defaultcode'], $new['customcode'], $new['enabled'],
                ])
            );
        }

        public function delete()
        {
            self::query('DELETE FROM featurecodes WHERE modulename = ? AND featurename = ?', $this->key());
        }

        public static function query(string $sql, array $values): PDOStatement
        {
            $database = new PDO('sqlite:' . World::get('database'));
            $database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
            $statement = $database->prepare($sql);
            $statement->execute($values);
            return $statement;
        }

        private function key(): array
        {
            return [$this->module, $this->feature];
        }
    }

    /** One line of the dialplan, printed as it is. */
    class extension
    {
        public $data;

        public function __construct($data)
        {
            $this->data = $data;
        }
    }

    /** The dialplan in the making: it writes down what was added, in order. */
    class extensions
    {
        public array $added = [];

        public function addInclude($context, $included)
        {
            $this->added[] = ['include', $context, $included];
        }

        public function addGlobal($name, $value)
        {
            $this->added[] = ['global', $name, $value];
        }

        public function add($context, $extension, $label, $line)
        {
            $this->added[] = ['line', $context, $extension, $label, $line->data];
        }

        public function addHint($context, $extension, $device)
        {
            $this->added[] = ['hint', $context, $extension, $device];
        }
    }

    /** An administrator, in the session. */
    class ampuser
    {
        public $username;
        public $_lastactivity;
        private $sections;

        public function __construct($name, array $sections)
        {
            [$this->username, $this->sections] = [$name, $sections];
        }

        public function checkSection($section)
        {
            return in_array('*', $this->sections) || in_array($section, $this->sections);
        }
    }
}

namespace StandIn {

    use World;

    class Config
    {
        public function get($name)
        {
            return World::get('settings')[$name] ?? null;
        }

        public function get_conf_settings()
        {
            return World::get('settings');
        }

        public function remove_conf_setting($name)
        {
            World::set('settings', array_diff_key(World::get('settings'), [$name => true]));
        }
    }

    class Astman
    {
        public function connected()
        {
            return World::get('asterisk') ?? true;
        }
    }

    class Modules
    {
        public function checkStatus($name)
        {
            return in_array($name, World::get('modules'));
        }
    }

    class Extensions
    {
        public function getExtmap($force)
        {
            return World::get('extmap');
        }
    }

    class Notifications
    {
        private const LEVELS = ['critical' => 100, 'security' => 200, 'error' => 400, 'warning' => 500, 'notice' => 600];

        public function __call($name, $arguments)
        {
            [$module, $id, $title, $text, $link, $reset] = $arguments;
            $this->delete($module, $id);
            $level = self::LEVELS[substr($name, 4)];
            World::append('notifications', [
                'module' => $module, 'id' => $id, 'level' => $level, 'display_text' => $title,
                'extended_text' => $text, 'link' => $link, 'reset' => 0,
            ]);
            World::append('notified', $id);
        }

        public function list_all($also_dismissed, $filtered)
        {
            return array_values(array_filter(World::get('notifications'), function ($row) use ($also_dismissed) {
                return $also_dismissed || !$row['reset'];
            }));
        }

        public function delete($module, $id)
        {
            World::set('notifications', array_values(array_filter(
                World::get('notifications'),
                function ($row) use ($module, $id) {
                    return [$row['module'], $row['id']] !== [$module, $id];
                }
            )));
        }
    }

    class Job
    {
        public function addClass($module, $job, $class, $schedule)
        {
            World::set('jobs', ["$module/$job" => [$class, $schedule]] + World::get('jobs'));
        }

        public function removeAllByModule($module)
        {
            World::set('jobs', array_filter(World::get('jobs'), function ($key) use ($module) {
                return strpos($key, "$module/") !== 0;
            }, ARRAY_FILTER_USE_KEY));
        }
    }

    /**
     * The minder of processes: it starts what it is given with bash, without Node and without minding it.
     */
    class Pm2
    {
        public function __construct()
        {
            if (World::get('pm2') === 'broken') {
                throw new \Exception('pm2 binary does not exist');
            }
        }

        public function getStatus($name)
        {
            return World::get('pm2')[$name] ?? false;
        }

        public function startFromDirectory($name, $script, $folder, $environment = [], $force = false)
        {
            if ($before = World::get('pm2')[$name] ?? null) {
                posix_kill($before['pid'], SIGKILL);
            }
            $pipes = [];
            $ends = [['file', '/dev/null', 'r'], ['file', "$folder/pm2.out", 'a'], ['file', "$folder/pm2.out", 'a']];
            $command = 'setsid bash ' . escapeshellarg($script) . ' & echo $! > ' . escapeshellarg("$folder/pm2.pid");
            proc_close(proc_open($command, $ends, $pipes, $folder, $environment + getenv()));
            World::set('pm2', [$name => ['script' => $script, 'pid' => (int) file_get_contents("$folder/pm2.pid")]]);
        }

        public function delete($name)
        {
            posix_kill(World::get('pm2')[$name]['pid'], SIGTERM);
            World::set('pm2', []);
        }
    }
}

namespace FreePBX\Job {

    interface TaskInterface
    {
        public static function run(
            \Symfony\Component\Console\Input\InputInterface $input,
            \Symfony\Component\Console\Output\OutputInterface $output
        );
    }
}

namespace FreePBX\modules\Backup {

    use World;

    /** What a module's Backup.php and Restore.php build on; the file of a backup is a part of the world. */
    class Base
    {
        protected $data = ['files' => [], 'configs' => [], 'garbage' => []];

        public function getConfigs()
        {
            return $this->data['configs'];
        }

        public function getFiles()
        {
            return $this->data['files'];
        }

        protected function log($message, $level = 'INFO')
        {
            World::append('log', "$level $message");
        }
    }

    class BackupBase extends Base
    {
        public function addSplFile(\SplFileInfo $file)
        {
            if ($file->getExtension() !== '') {
                $this->data['files'][] = $file->getPathname();
            }
        }

        public function addConfigs($configs)
        {
            $this->data['configs'] = $configs;
        }

        public function addGarbage($path)
        {
            $this->data['garbage'][] = $path;
        }

        public function dumpFeatureCodes()
        {
            return \featurecode::query('SELECT * FROM featurecodes WHERE modulename = ?', ['hotdesk'])
                ->fetchAll(\PDO::FETCH_ASSOC);
        }

        public function getData()
        {
            return $this->data;
        }
    }

    class RestoreBase extends Base
    {
        public function __construct(array $data)
        {
            $this->data = $data;
            $this->data['files'] = array_map(function ($path) {
                return new \SplFileInfo($path);
            }, $data['files']);
        }

        public function reset()
        {
            \FreePBX::Hotdesk()->uninstall();
            \FreePBX::Hotdesk()->install();
        }

        public function importFeatureCodes($codes)
        {
            World::set('imported_codes', $codes);
        }
    }
}

namespace Symfony\Component\Console\Input {

    interface InputInterface
    {
    }

    class InputArgument
    {
        const IS_ARRAY = 4;
    }

    class Input implements InputInterface
    {
    }
}

namespace Symfony\Component\Console\Output {

    interface OutputInterface
    {
        public function writeln($messages, $options = 0);
    }

    class Output implements OutputInterface
    {
        public function writeln($messages, $options = 0)
        {
            echo $messages . "\n";
        }
    }
}

namespace Symfony\Component\Console\Formatter {

    class OutputFormatter
    {
        public static function escape($text)
        {
            return str_replace('<', '\\<', $text);
        }
    }
}

namespace Symfony\Component\Console\Command {

    /** As in 3.4, the oldest there is: nothing has a type. */
    class Command
    {
        public $told = [];

        public function __construct()
        {
            $this->configure();
        }

        public function setName($name)
        {
            $this->told['name'] = $name;
            return $this;
        }

        public function setDescription($text)
        {
            $this->told['description'] = $text;
            return $this;
        }

        public function addArgument($name, $mode = null, $description = '', $default = null)
        {
            return $this;
        }

        public function ignoreValidationErrors()
        {
            $this->told['ignores'] = true;
        }

        public function getHelp()
        {
            return '';
        }

        public function run($input, $output)
        {
            return $this->execute($input, $output);
        }
    }
}
