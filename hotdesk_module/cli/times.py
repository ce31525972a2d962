"""Times as people write them, in the local zone of the PBX."""

from __future__ import annotations

from datetime import datetime

import click

_DAY = "%Y-%m-%d"
_MINUTES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_SECONDS = "%Y-%m-%d %H:%M:%S"


def first_second(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the first second of a day or minute given on the command line."""
    found = _moment(context, option, text)
    return None if found is None else int(found[0].timestamp())


def last_second(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the last second of a day or minute given on the command line; a day need not have 24 hours."""
    found = _moment(context, option, text)
    if found is None:
        return None
    at, form = found
    at = at.replace(second=59) if form != _SECONDS else at
    return int((at.replace(hour=23, minute=59) if form == _DAY else at).timestamp())


def _moment(context: click.Context, option: click.Parameter, text: str | None) -> tuple[datetime, str] | None:
    if text is None:
        return None
    for form in (_DAY, *_MINUTES, _SECONDS):
        try:
            at = datetime.strptime(text.strip(), form)
            at.timestamp()
            return at, form
        except (ValueError, OverflowError, OSError):
            continue
    raise click.BadParameter(
        f"'{text}' is not a date; write 2026-11-03 or '2026-11-03 14:32', in the PBX's local time.", context, option
    )
