"""How the history tells of repairs: what was repaired, and once that the same comes back after every repair.

Something else that writes the same keys again and again would fill the history with the same line every minute. It is
told from the history itself, so that it makes no difference which process repairs, or when it was started.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module.core.model import Event

DRIFT = "drift"
RECURRING = "recurring"

# So many times in a row the same was repaired, at least over so many seconds, with at most so many between two times.
TIMES = 5
SPAN = 180
PAUSE = 150
# Seconds for which nothing more is said of it; as long as it goes on, it is said again then.
QUIET = 3600
# So much of the history is looked at.
LOOK = 2 * TIMES
SINCE = QUIET + PAUSE
# As long as the column of the table.
_LENGTH = 255


def detail(names: Iterable[str]) -> str:
    """Return what was repaired, as it is kept."""
    return " ".join(names)[:_LENGTH]


def told(repairs: Iterable[Event], what: str, now: int) -> str | None:
    """Return how to tell of a repair: DRIFT, RECURRING, or None for not at all.

    Args:
        repairs: earlier repairs of the last SINCE seconds, the latest first.
        what: see :func:`detail`.
    """
    repairs = tuple(repairs)
    said = next((e for e in repairs if e.code == RECURRING and e.detail == what), None)
    if said is not None:
        return None if now - said.at < QUIET else RECURRING
    times = [now]
    for event in repairs:
        if event.code != DRIFT or event.detail != what or times[-1] - event.at > PAUSE:
            break
        times.append(event.at)
    return RECURRING if len(times) > TIMES and now - times[TIMES] >= SPAN else DRIFT


def recurring(repairs: Iterable[Event]) -> Event | None:
    """Return the latest that was said to come back again and again."""
    return next((e for e in repairs if e.code == RECURRING), None)
