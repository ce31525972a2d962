"""The command ``hotdesk``: every command of it, joined to one group."""

from __future__ import annotations

import sys

import click

from hotdesk_module.cli.app import hotdesk
from hotdesk_module.cli.archive import backup, restore
from hotdesk_module.cli.codes import codes
from hotdesk_module.cli.doctor import doctor
from hotdesk_module.cli.emergency import emergency
from hotdesk_module.cli.help import help_
from hotdesk_module.cli.history import history
from hotdesk_module.cli.locks import locks
from hotdesk_module.cli.phone_files import export_phones, import_phones
from hotdesk_module.cli.phones import phones
from hotdesk_module.cli.pins import pins
from hotdesk_module.cli.queues import queues
from hotdesk_module.cli.serve import serve
from hotdesk_module.cli.sessions import login, logout, sessions
from hotdesk_module.cli.settings import settings
from hotdesk_module.cli.upkeep import dialplan, reconcile
from hotdesk_module.cli.webhook import webhook

__all__ = ["hotdesk", "main"]

phones.add_command(import_phones)
phones.add_command(export_phones)
_COMMANDS: tuple[click.Command, ...] = (
    *(phones, sessions, login, logout, history, locks, pins, queues, settings, webhook),
    *(reconcile, doctor, emergency, dialplan, codes, backup, restore, serve, help_),
)
for command in _COMMANDS:
    hotdesk.add_command(command)


def main() -> None:
    """Run the command that the process was started with, and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        # A label with an emoji must not fail in a terminal that cannot show it.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    hotdesk(prog_name="hotdesk")
