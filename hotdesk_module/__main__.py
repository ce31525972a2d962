"""``python -m hotdesk_module`` is the command ``hotdesk``."""

from hotdesk_module.cli import main

main()
