<?php

namespace FreePBX\modules\Hotdesk;

use FreePBX\modules\Backup\BackupBase;

/**
 * Adds pool, settings and history to FreePBX's backup, and the codes; nobody's session, for who sits where on the day of
 * the restore is another matter.
 */
class Backup extends BackupBase
{
    public function runBackup($id, $transaction)
    {
        $file = \FreePBX::Hotdesk()->backUp();
        $this->addGarbage($file);
        $this->addSplFile(new \SplFileInfo($file));
        $this->addConfigs(['features' => $this->dumpFeatureCodes()]);
    }
}
