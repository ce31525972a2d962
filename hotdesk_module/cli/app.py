"""What all commands have in common: ``--json``, ``--as``, the adapters, and what becomes of an error."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import click

from hotdesk_module import __version__, compose
from hotdesk_module.administration import Pool
from hotdesk_module.cli import exits
from hotdesk_module.errors import HotdeskError
from hotdesk_module.service import HotDesk


class App:
    """One run of the command.

    Attributes:
        json: answers are for programs.
        actor: who acts, for the history.
    """

    def __init__(self, as_json: bool) -> None:
        self.json = as_json
        self.actor = _os_user()

    @cached_property
    def parts(self) -> compose.Parts:
        """The adapters; they are let go of when the command ends."""
        parts = compose.compose()
        click.get_current_context().find_root().call_on_close(parts.close)
        return parts

    @cached_property
    def desk(self) -> HotDesk:
        """The service, joined to Asterisk."""
        astdb, switchboard = self.parts.asterisk()
        parts = self.parts
        return HotDesk(parts.ledger, parts.inventory, astdb, switchboard, parts.clock, "cli", self.actor)

    @cached_property
    def pool(self) -> Pool:
        """The phones, joined to Asterisk."""
        return Pool(self.parts.ledger, self.parts.inventory, self.desk)

    def answer(self, data: dict[str, Any], lines: Iterable[str]) -> None:
        """Print ``data`` for a program, or ``lines`` for a person."""
        if self.json:
            click.echo(json.dumps(data, indent=2))
        else:
            for line in lines:
                click.echo(line)

    def warn(self, *warnings: str) -> None:
        """Print warnings for a person; a program finds them in its data."""
        if not self.json:
            for warning in warnings:
                click.echo(f"{click.style('Warning:', fg='yellow')} {warning}", err=True)

    def exit(self, code: str) -> None:
        """Exit with the status of an error that the answer has told of already."""
        click.get_current_context().exit(exits.EXITS[code])

    def fail(self, code: str, message: str, status: int) -> None:
        """Print an error, and exit."""
        if self.json:
            click.echo(json.dumps({"error": {"code": code, "message": message}}, indent=2))
        else:
            click.echo(f"{click.style('Error:', fg='red')} {message} ({code})", err=True)
        click.get_current_context().exit(status)


def _os_user() -> str:
    """Return who started us, before sudo too."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _act_as(context: click.Context, _: click.Parameter, name: str | None) -> None:
    if name:
        context.find_root().obj.actor = name


def _json_option() -> click.Option:
    """Return an option that is there for the help text: the root has looked for it already."""
    return click.Option(["--json"], is_flag=True, expose_value=False, help="Answer with JSON, for programs.")


changes_something = click.option(
    "--as",
    metavar="NAME",
    expose_value=False,
    callback=_act_as,
    help="Who acts, for the history; by default the user of the operating system.",
)
pass_app: Callable[..., Any] = click.make_pass_decorator(App)


class Command(click.Command):
    """A command that prints something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(_json_option())


class Group(click.Group):
    """Commands about one thing; without a command its list is printed, or what ``usual`` names."""

    command_class = Command

    def __init__(self, *args: Any, usual: str = "list", **kwargs: Any) -> None:
        self._usual = usual
        kwargs.setdefault("invoke_without_command", True)
        super().__init__(*args, **kwargs)
        self.params.append(_json_option())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for, or the usual one."""
        super().invoke(ctx)
        if ctx.invoked_subcommand is None:
            ctx.invoke(self.commands[self._usual])


class Root(click.Group):
    """The command itself: every error ends here."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Look for ``--json`` beforehand, so that an error in the arguments is told as it is wanted, too."""
        given = list(args[1] if len(args) > 1 else kwargs["args"])
        options = given[: given.index("--")] if "--" in given else given
        return super().make_context(*args, **{**kwargs, "obj": App("--json" in options)})

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        app: App = ctx.obj
        try:
            return super().invoke(ctx)
        except HotdeskError as error:
            app.fail(error.code, error.message, exits.EXITS[error.code])
        except click.UsageError as error:
            if not app.json:
                raise
            app.fail("usage", error.format_message(), exits.USAGE)
        except click.Abort:
            if not app.json:
                raise
            app.fail("aborted", "Nothing was changed: the question was not answered with yes.", exits.INTERNAL)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("HOTDESK_DEBUG"):
                raise
            where = f"{type(error).__name__}: {error}"
            app.fail("internal_error", f"{where}. Set HOTDESK_DEBUG=1 to see where.", exits.INTERNAL)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", message="%(version)s")
@changes_something
def hotdesk() -> None:
    """Hot desking for FreePBX: any shared phone becomes yours.

    Every command answers with JSON when it is given --json. Exit status: 0 done, 2 wrong usage, 3 refused,
    4 bad input, 5 database or Asterisk down or busy, 6 unsafe repair, 7 doctor or emergency found errors,
    1 anything else.
    """
