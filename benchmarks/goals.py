"""What design and owner ask for, and why it is missed where it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple

from benchmarks import load, logins, panel, repairs
from benchmarks.figures import CORE, LOAD, LOGIN, OURS, PANEL, REPAIR, SCRIPT, WAITING, Figure

Figures = Mapping[tuple[str, str], Figure]


class Goal(NamedTuple):
    """A row of design §9.

    Attributes:
        value: of all figures the one that counts, in ``unit``.
        limit: at most; at least, where ``least``.
        missed: why, where it is not met.
    """

    what: str
    value: Callable[[Figures], float]
    unit: str
    limit: float
    least: bool = False
    missed: str = ""

    def met(self, figures: Figures) -> bool:
        """Return whether the value is within the limit."""
        value = self.value(figures)
        return value >= self.limit if self.least else value <= self.limit


def _median(part: str, name: str) -> Callable[[Figures], float]:
    return lambda figures: figures[part, name].median


def _added(figures: Figures) -> float:
    after, before = (figures[WAITING, logins.rings(how)].median for how in (logins.WITH, logins.WITHOUT))
    return round(after - before, 1)


def _share(figures: Figures) -> float:
    name = f"login: {SCRIPT}"
    return round(figures[OURS, name].median / figures[CORE, name].median, 2)


GOALS = (
    Goal(
        "What the caller waits for: last digit of the PIN to the start of the answer",
        _median(LOGIN, f"login: {logins.ANSWER}"),
        "ms",
        30,
    ),
    Goal("One login, prompts apart", _median(LOGIN, f"login: {SCRIPT}"), "ms", 60),
    Goal("The same as a share of the time of FreePBX's own login, on one FreePBX", _share, "", 0.4),
    Goal(
        "Logins and logouts, sustained",
        _median(LOAD, load.sustained(50)),
        "a second",
        20,
        least=True,
        missed="all 50 telephones, Asterisk, MariaDB and what measures share the processors",
    ),
    Goal("Logout of 500 sessions at once", _median(REPAIR, repairs.LOGOUT), "ms", 2000),
    Goal(
        "Reconcile, 2,000 sessions, nothing to do",
        _median(REPAIR, repairs.NOTHING),
        "ms",
        1000,
        missed="about half of it is Asterisk listing its database, hints and device states",
    ),
    Goal("Reconcile, 2,000 sessions, all to do", _median(REPAIR, repairs.ALL), "ms", 10000),
    Goal("Panel, list of 2,000 phones", _median(PANEL, panel.at_size(panel.LIST, 2000)), "ms", 150),
    Goal("Reloads by a login and a logout", _median(LOGIN, logins.RELOADS), "", 0),
    Goal(
        "Added to a call to a phone, from dialling to its ringing",
        _added,
        "ms",
        0,
        missed="one variable is set on each channel before it is called, so that callers go on seeing whom they called",
    ),
)
