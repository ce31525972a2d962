"""Times as people write them, in the local zone of the PBX."""

from __future__ import annotations

import click

from hotdesk_module import days


def first_second(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the first second of a day or minute given on the command line."""
    return None if text is None else _span(context, option, text)[0]


def last_second(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the last second of a day or minute given on the command line; a day need not have 24 hours."""
    return None if text is None else _span(context, option, text)[1]


def _span(context: click.Context, option: click.Parameter, text: str) -> tuple[int, int]:
    try:
        return days.span(text)
    except ValueError:
        raise click.BadParameter(
            f"'{text}' is not a date; write 2026-11-03 or '2026-11-03 14:32', in the PBX's local time.",
            context,
            option,
        ) from None
