<?php

namespace FreePBX\modules\Hotdesk;

use FreePBX\modules\Backup\RestoreBase;

/**
 * Brings back what Backup.php saved.
 */
class Restore extends RestoreBase
{
    /**
     * FreePBX's way is to uninstall and install the module, which logs everybody out and drops the tables. The restore
     * replaces what it brings back, and logs out only at phones that the backup does not know.
     */
    public function reset()
    {
    }

    public function runRestore()
    {
        $configs = $this->getConfigs();
        if (!empty($configs['features'])) {
            $this->importFeatureCodes($configs['features']);
        }
        foreach ($this->getFiles() as $file) {
            $this->log(\FreePBX::Hotdesk()->bringBack((string) file_get_contents($file->getPathname())));
        }
    }

    /**
     * No FreePBX before 15 had this module.
     */
    public function processLegacy($pdo, $data, $tables, $unknownTables)
    {
    }
}
