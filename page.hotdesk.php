<?php

// FreePBX includes this between its menu and its footer.
echo \FreePBX::Hotdesk()->showPage();
