<?php
/**
 * Loads the bridge's own classes; FreePBX's autoloader knows only files named after the module's namespace.
 */

require_once __DIR__ . '/Trouble.php';
require_once __DIR__ . '/Unreachable.php';
require_once __DIR__ . '/Refusal.php';
require_once __DIR__ . '/Place.php';
require_once __DIR__ . '/Answer.php';
require_once __DIR__ . '/Backend.php';
require_once __DIR__ . '/Reply.php';
require_once __DIR__ . '/Panel.php';
require_once __DIR__ . '/Pm2.php';
require_once __DIR__ . '/Service.php';
require_once __DIR__ . '/Notices.php';
require_once __DIR__ . '/Dialplan.php';
require_once __DIR__ . '/FeatureCodes.php';
require_once __DIR__ . '/Upkeep.php';
require_once __DIR__ . '/Body.php';
require_once __DIR__ . '/Visitor.php';
require_once __DIR__ . '/Page.php';
require_once __DIR__ . '/Setup.php';
