<?php

/**
 * FreePBX's config.php and ajax.php, as far as a module sees them, for PHP's own web server.
 *
 * Who is logged in comes in a header of the test: "name section section …"; how long ago a page was asked for in another.
 */

require __DIR__ . '/freepbx.php';

World::open(getenv('TEST_WORLD'));
session_save_path(dirname(getenv('TEST_WORLD')));
session_start();
if (isset($_SERVER['HTTP_X_TEST_ADMIN'])) {
    $words = explode(' ', $_SERVER['HTTP_X_TEST_ADMIN']);
    $_SESSION['AMP_user'] = new ampuser($words[0], array_slice($words, 1));
    $_SESSION['AMP_user']->_lastactivity = time() - (int) ($_SERVER['HTTP_X_TEST_IDLE'] ?? 0);
}

if (strpos($_SERVER['REQUEST_URI'], '/admin/ajax.php') === 0) {
    $module = FreePBX::Hotdesk();
    $settings = [];
    if (!$module->ajaxRequest($_REQUEST['command'], $settings)) {
        http_response_code(403);
        exit('{"error":"ajaxRequest declined"}');
    }
    session_write_close();
    // No login is asked for: that is how it is for requests from the machine itself (F§10).
    if ($module->ajaxCustomHandler() === true) {
        exit;
    }
    http_response_code(500);
    exit;
}

header('Content-Type: text/html; charset=utf-8');
ob_start();
echo "<!-- printed before -->\n";
FreePBX::Hotdesk()->doConfigPageInit($_GET['display']);
include FreePBX::MODULE() . '/page.hotdesk.php';
$content = ob_get_clean();
echo "<html><nav>FreePBX's menu</nav>\n$content\n<footer></footer></html>";
