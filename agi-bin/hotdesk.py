#!/usr/bin/env python3
"""The AGI script: find the package beside this file, run it."""

import os
import sys

MODULE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[:0] = [MODULE, os.path.join(MODULE, "vendor")]

from hotdesk_module.agi.handover import run  # noqa: E402

sys.exit(run(sys.argv[1:]))
