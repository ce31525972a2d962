"""`python -m hotdesk_module.demo`."""

from __future__ import annotations

import sys

from hotdesk_module.demo.run import main

sys.exit(main(sys.argv[1:]))
