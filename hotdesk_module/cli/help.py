"""``hotdesk help``: for fwconsole, which keeps ``--help`` to itself."""

from __future__ import annotations

import click

from hotdesk_module.cli.app import Command


@click.command("help", cls=Command)
@click.argument("command", nargs=-1)
@click.pass_context
def help_(context: click.Context, command: tuple[str, ...]) -> None:
    """Explain a COMMAND, e.g. 'help phones add'; without one, list them all."""
    where = context.find_root()
    for name in command:
        group = where.command
        found = group.get_command(where, name) if isinstance(group, click.Group) else None
        if found is None:
            raise click.UsageError(f"There is no command '{' '.join(command)}'.", where)
        where = click.Context(found, where, name)
    click.echo(where.get_help())
