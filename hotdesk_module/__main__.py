"""The command ``hotdesk``: ``python -m hotdesk_module``, or this file run by its path (``bin/hotdesk``)."""

import os
import sys

MODULE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[:0] = [MODULE, os.path.join(MODULE, "vendor")]

from hotdesk_module.cli import main  # noqa: E402

main()
