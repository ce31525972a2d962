"""``hotdesk codes``: the general codes; which to register is asked by the module's installation."""

from __future__ import annotations

import json
from typing import TextIO

import click

from hotdesk_module.cli.app import App, Command, pass_app
from hotdesk_module.core import codes as codes_
from hotdesk_module.errors import BadImport


@click.command(cls=Command)
@click.option(
    "--choose",
    metavar="FILE",
    type=click.File("r", encoding="utf-8"),
    help="Say which codes to register; FILE has the numbers of FreePBX's extension map as a JSON list.",
)
@pass_app
def codes(app: App, choose: TextIO | None) -> None:
    """Print the login and the logout code in force."""
    features = app.parts.inventory.feature_codes()
    if choose is not None:
        choice = codes_.choose(features, _numbers(choose), app.parts.inventory.flags().device_and_user)
        lines = [f"Login {choice.login}, logout {choice.logout}.", *([choice.message] if choice.message else [])]
        app.answer(choice._asdict(), lines)
        return
    login, logout = codes_.in_force(features)
    also = [f"{f.module}/{f.feature}" for f in codes_.cores(features) if f.code in (login, logout)]
    lines = [f"Login {login or 'is disabled'}, logout {logout or 'is disabled'}."]
    if also:
        lines.append(f"FreePBX's own {' and '.join(also)} have the same codes; ours come first.")
    app.answer({"login": login, "logout": logout, "also": also}, lines)


def _numbers(file: TextIO) -> list[str]:
    try:
        numbers = json.load(file)
    except ValueError:
        numbers = None
    if not isinstance(numbers, list):
        raise BadImport('The extension map is not a JSON list of numbers, such as ["200", "*97"].')
    return [str(number) for number in numbers]
