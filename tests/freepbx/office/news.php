<?php

/**
 * What only FreePBX can tell, and what only it can do.
 *
 * @return array<string, callable>
 */
function news(): array
{
    return [
        'facts' => static function (array $settings): array {
            $modules = [];
            foreach (\FreePBX::Modules()->getActiveModules(false) as $name => $module) {
                $modules[$name] = (string) $module['version'];
            }
            $values = [];
            foreach ($settings as $name) {
                $values[$name] = (string) \FreePBX::Config()->get($name);
            }
            return ['version' => getversion(), 'php' => PHP_VERSION, 'modules' => $modules, 'settings' => $values];
        },
        'first-steps' => static function (): array {
            return array_values((array) \FreePBX::OOBE()->getPendingModules());
        },
        'notifications' => static function (array $of): array {
            $rows = array_values(array_filter(
                \FreePBX::Notifications()->list_all(true, false),
                static fn($row) => $row['module'] === $of['module']
            ));
            return array_map(static fn($row) => [$row['id'], $row['display_text'], $row['extended_text']], $rows);
        },
        'codes' => static function (array $of): array {
            $rows = array_filter(featurecodes_getAllFeaturesDetailed(), static fn($r) => $r['modulename'] === $of['module']);
            $codes = [];
            foreach ($rows as $row) {
                $codes[$row['featurename']] = [
                    'default' => $row['defaultcode'],
                    'custom' => (string) $row['customcode'],
                    'enabled' => (bool) $row['featureenabled'],
                ];
            }
            return $codes;
        },
        'set-code' => static function (array $one): bool {
            $code = new \featurecode($one['module'], $one['feature']);
            $code->init();
            $code->setCode($one['code']);
            $code->update();
            needreload();
            return true;
        },
        'devices2astdb' => static function (): bool {
            \FreePBX::Core()->devices2astdb();
            return true;
        },
    ];
}
