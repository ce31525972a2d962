<?php

/**
 * Ring groups, queues, the trunk and its routes.
 *
 * @return array<string, callable>
 */
function lines(): array
{
    return [
        'make-group' => static function (array $one): bool {
            \FreePBX::Ringgroups()->add(
                $one['number'],
                'ringall',
                $one['ring_time'],
                implode('-', $one['members']),
                'app-blackhole,hangup,1',
                $one['name'],
                '',
                '0',
                '',
                '',
                '0',
                '0',
                'Ring',
                '',
                $one['ignore_cf'] ? 'CHECKED' : '',
                'default',
                '',
                '',
                'dontcare',
                'yes',
                '',
                '',
                1
            );
            return true;
        },
        'delete-group' => static function (array $one): bool {
            \FreePBX::Ringgroups()->delete($one['number']);
            return true;
        },
        'make-queue' => static function (array $one): bool {
            \FreePBX::Modules()->loadFunctionsInc('queues');
            $members = array_map(static fn($n) => "Local/$n@from-queue/n,0", $one['members']);
            // It reads the rest from the page's form.
            $_REQUEST = [
                'strategy' => 'ringall',
                'timeout' => (string) $one['ring_time'],
                'retry' => '1',
                'maxlen' => '0',
                'joinempty' => 'yes',
                'leavewhenempty' => 'no',
                'announceposition' => 'no',
                'announceholdtime' => 'no',
                'music' => 'inherit',
                'autofill' => '1',
                'announcemenu' => 'none',
                'rtone' => '0',
            ];
            $end = 'app-blackhole,hangup,1';
            queues_add($one['number'], $one['name'], '', '', $end, '', $members, '', '', '', '0', '', '0', '0', []);
            return true;
        },
        'delete-queue' => static function (array $one): bool {
            \FreePBX::Modules()->loadFunctionsInc('queues');
            queues_del($one['number']);
            return true;
        },
        'make-did' => static function (array $one): bool {
            $to = 'from-did-direct,' . $one['user'] . ',1';
            $did = ['extension' => $one['number'], 'cidnum' => '', 'description' => $one['name'], 'destination' => $to];
            return (bool) \FreePBX::Core()->addDID($did);
        },
        'delete-did' => static function (array $one): bool {
            \FreePBX::Core()->delDID($one['number'], '');
            return true;
        },
        'make-trunk' => static function (array $one): array {
            return makeTrunk($one);
        },
        'delete-trunk' => static function (array $made): bool {
            foreach ($made['routes'] as $route) {
                routing()->deleteById($route);
            }
            \FreePBX::Core()->deleteTrunk($made['trunk'], 'pjsip');
            return true;
        },
    ];
}

function makeTrunk(array $one): array
{
    $trunk = \FreePBX::Core()->addTrunk($one['name'], 'pjsip', [
        'trunk_name' => $one['name'],
        'channelid' => $one['name'],
        'outcid' => $one['outbound_cid'],
        'keepcid' => 'off',
        'maxchans' => '',
        'usercontext' => '',
        'provider' => '',
        'disabletrunk' => 'off',
        'continue' => 'off',
        'dialopts' => false,
        'username' => '',
        'secret' => '',
        'authentication' => 'off',
        'registration' => 'none',
        'sip_server' => $one['address'],
        'sip_server_port' => (string) $one['port'],
        'context' => 'from-pstn',
        'transport' => $one['transport'],
        // An address that nobody has: the phones have the provider's own here, and would be taken for it.
        'match' => '192.0.2.254',
        'qualify_frequency' => '0',
        'dtmfmode' => 'rfc4733',
        'sendrpid' => 'pai',
        'trust_rpid' => 'yes',
    ]);
    $routes = [];
    foreach ($one['routes'] as $route) {
        $pattern = ['match_pattern_prefix' => '', 'match_pattern_pass' => $route['number'], 'match_cid' => '',
            'prepend_digits' => ''];
        $emergency = $route['emergency'] ? 'YES' : '';
        $routes[] = routing()->add(
            $route['name'],
            '',
            '',
            '',
            $emergency,
            '',
            'default',
            null,
            [$pattern],
            [$trunk],
            'top'
        );
    }
    needreload();
    return ['trunk' => $trunk, 'routes' => $routes];
}

function routing(): object
{
    return new \FreePBX\modules\Core\Components\Outboundrouting();
}
