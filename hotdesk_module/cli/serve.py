"""``hotdesk serve``: the daemon."""

from __future__ import annotations

from typing import Callable, TypeVar

import click

from hotdesk_module.cli.app import App, Command, pass_app

# Where the bridge and the daemon meet unless somebody says otherwise.
STATE = "/var/lib/asterisk/hotdesk"

F = TypeVar("F", bound=Callable[..., object])


def state_option(command: F) -> F:
    """Give a command the option that names the state folder."""
    return click.option(
        "--state",
        metavar="DIR",
        envvar="HOTDESK_STATE",
        default=STATE,
        show_default=True,
        help="The daemon's folder: its socket, key and lock.",
    )(command)


@click.command(cls=Command)
@state_option
@click.option("--log", "log_file", metavar="FILE", default="", help="Log into this file instead of standard error.")
@click.option("--stop", "stop_it", is_flag=True, help="End the daemon that runs.")
@pass_app
def serve(app: App, state: str, log_file: str, stop_it: bool) -> None:
    """Run the daemon: the panel and the repairs. FreePBX starts and stops it by itself."""
    # Here, so that no other command pays for it.
    from hotdesk_module.daemon import serve as daemon

    def say(text: str) -> None:
        app.answer({"message": text}, [text])

    if stop_it:
        daemon.stop(state, say)
    else:
        daemon.serve(state, log_file, say)
