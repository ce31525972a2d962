<?php

declare(strict_types=1);

namespace FreePBX\modules\Hotdesk\Bridge;

/**
 * Registers our codes with FreePBX's Feature Codes; Python chooses them.
 */
final class FeatureCodes
{
    private const TEXTS = [
        'login' => [
            'Hot Desking: log in',
            'Log in at a shared phone: extension, then voicemail PIN. With the extension after the code only the PIN is'
                . ' asked for.',
        ],
        'logout' => ['Hot Desking: log out', 'Give the shared phone back.'],
        'key' => [
            'Hot Desking: login key',
            'For a key of the phone, with its number after the code: the lamp says whether somebody is logged in; pressed'
                . ' there it logs out, or in where nobody is.',
        ],
        'where' => [
            'Hot Desking: where is',
            'With an extension after the code: says at which phone somebody is logged in. On a key its lamp says whether'
                . ' that is anywhere.',
        ],
        'whose' => [
            'Hot Desking: whose phone is this',
            'Says who is logged in at this phone, or at the one whose number comes after the code.',
        ],
    ];

    private Backend $backend;

    public function __construct(Backend $backend)
    {
        $this->backend = $backend;
    }

    /**
     * Register the codes; return what the administrator must be told, or nothing.
     */
    public function register(): string
    {
        $numbers = array_map('strval', array_keys(\FreePBX::Extensions()->getExtmap(true)));
        $answer = $this->backend->command(['codes', '--choose', '-', '--json'], 60, (string) json_encode($numbers));
        $chosen = $answer->data();
        foreach (self::TEXTS as $feature => [$description, $help]) {
            $code = new \featurecode(Notices::MODULE, $feature);
            // What an administrator changed is read first, or the update would enable the code again (V).
            $code->init();
            $code->setDescription($description);
            $code->setHelpText($help);
            $code->setDefault((string) $chosen[$feature]);
            $code->update();
        }
        return (string) $chosen['message'];
    }

    public function remove(): void
    {
        foreach (array_keys(self::TEXTS) as $feature) {
            (new \featurecode(Notices::MODULE, $feature))->delete();
        }
    }
}
