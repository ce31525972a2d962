"""``hotdesk codes``: the general codes; which to register is asked by the module's installation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

import click

from hotdesk_module.cli.app import App, Command, pass_app
from hotdesk_module.core import codes as codes_
from hotdesk_module.core.codes import Codes
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
    """Print the codes in force."""
    features = app.parts.inventory.feature_codes()
    if choose is not None:
        own = [c for p in app.parts.ledger.phones() for c in (p.login_code, p.logout_code) if c]
        choice = codes_.choose(features, _numbers(choose), app.parts.inventory.flags().device_and_user, own)
        lines = [*_told(choice.codes), *([choice.message] if choice.message else [])]
        app.answer({**choice.codes._asdict(), "message": choice.message}, lines)
        return
    found = codes_.in_force(features)
    also = [f"{f.module}/{f.feature}" for f in codes_.cores(features) if f.code in found]
    lines = [*_told(found)]
    if also:
        lines.append(f"FreePBX's own {' and '.join(also)} have the same codes; ours come first.")
    app.answer({**found._asdict(), "also": also}, lines)


def _told(found: Codes) -> Iterator[str]:
    yield f"Login {found.login or 'is disabled'}, logout {found.logout or 'is disabled'}."
    yield f"Login key {f'{found.key} and the number of a phone' if found.key else 'is disabled'}."
    yield f"Where is: {f'{found.where} and an extension' if found.where else 'disabled'}."
    yield f"Whose phone is this: {found.whose or 'disabled'}."


def _numbers(file: TextIO) -> list[str]:
    try:
        numbers = json.load(file)
    except ValueError:
        numbers = None
    if not isinstance(numbers, list):
        raise BadImport('The extension map is not a JSON list of numbers, such as ["200", "*97"].')
    return [str(number) for number in numbers]
