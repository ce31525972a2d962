<?php

/**
 * Extensions and administrators.
 *
 * @return array<string, callable>
 */
function people(): array
{
    return [
        'taken' => static function (array $numbers): array {
            $known = array_map('strval', array_keys(\FreePBX::Extensions()->getExtmap(true)));
            return array_values(array_intersect($numbers, $known));
        },
        'make-extension' => static function (array $one): bool {
            makeExtension($one);
            return true;
        },
        'save-extension' => static function (array $one): bool {
            saveExtension($one['number'], $one['changes']);
            return true;
        },
        'delete-extension' => static function (array $one): bool {
            deleteExtension($one['number']);
            return true;
        },
        'make-admin' => static function (array $one): bool {
            return (bool) \FreePBX::Core()->addAMPUser($one['name'], $one['password'], '', '', '', $one['sections']);
        },
        'delete-admin' => static function (array $one): bool {
            \FreePBX::Database()->prepare('DELETE FROM ampusers WHERE username = ?')->execute([$one['name']]);
            return true;
        },
    ];
}

/**
 * As Quick Create does, and the ring time that it does not ask for.
 */
function makeExtension(array $one): void
{
    $done = \FreePBX::Core()->processQuickCreate($one['tech'], $one['number'], [
        'name' => $one['name'],
        'outboundcid' => $one['outbound_cid'],
        'emergency_cid' => $one['emergency_cid'],
        'secret' => $one['secret'],
        'vm' => 'yes',
        'vmpwd' => $one['pin'],
        'email' => '',
        'fmfm' => 'no',
    ]);
    if (empty($done['status'])) {
        throw new \Exception($one['number'] . ': ' . ($done['message'] ?? 'not made'));
    }
    saveExtension($one['number'], ['ringtimer' => $one['ring_time']]);
}

/**
 * As the page of an extension does when it is submitted: deleted and made again, in edit mode.
 */
function saveExtension(string $number, array $changes): void
{
    $core = \FreePBX::Core();
    $user = $core->getUser($number);
    $defaults = $core->generateDefaultUserSettings($number, $user['name']);
    $device = $core->getDevice($number);
    $tech = $device['tech'] ?? 'virtual';
    $settings = $core->generateDefaultDeviceSettings($tech, $number, $user['name']);
    foreach ($settings as $key => $setting) {
        $settings[$key]['value'] = $device[$key] ?? $setting['value'];
    }
    $settings['user']['value'] = $number;
    $core->delDevice($number, true);
    $core->delUser($number, true);
    $core->addUser($number, array_merge($defaults, $user, $changes), true);
    $core->addDevice($number, $tech, $settings, true);
    needreload();
}

function deleteExtension(string $number): void
{
    $core = \FreePBX::Core();
    $core->delDevice($number);
    $core->delUser($number);
    \FreePBX::Voicemail()->delMailbox($number, false);
    if (\FreePBX::Modules()->checkStatus('findmefollow')) {
        \FreePBX::Findmefollow()->delUser($number);
    }
    foreach (['CFB', 'CFU', 'CF', 'CW', 'DND'] as $family) {
        \FreePBX::create()->astman->database_del($family, $number);
    }
    needreload();
}
