"""What was measured: one number with a name, and how sure it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import log
from typing import NamedTuple

# The order of these is the order of the report.
LOGIN, ALONE, WAITING, LOAD, REPAIR, GROWTH, PANEL, PACKAGE = (
    "A login, handed over to the daemon",
    "A login by itself, while the daemon is down",
    "What others notice",
    "Many at once",
    "Bulk logout and repair",
    "Growth",
    "The panel",
    "The package and the daemon",
)
# What is measured where FreePBX is, apart from all else.
CORE, OURS = "FreePBX's own login", "Hot Desking"
# From the start of a script to its end, for all of them.
SCRIPT = "from the start of the script to its end, prompts apart"
PARTS = (LOGIN, ALONE, WAITING, LOAD, REPAIR, GROWTH, PANEL, PACKAGE)


class Figure(NamedTuple):
    """One thing, measured.

    Attributes:
        part: the heading it belongs under, one of :data:`PARTS`.
        unit: ``ms``, ``a second``, ``MB``; empty for what is counted.
        p95: of so many runs, so few are above it that nearly all are below; the median's own where it ran once.
    """

    part: str
    name: str
    unit: str
    median: float
    p95: float
    runs: int

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.part, self.name


def figure(part: str, name: str, unit: str, values: Iterable[float]) -> Figure:
    """Return what was measured several times.

    Raises:
        ValueError: it was not measured at all.
    """
    taken = sorted(values)
    if not taken:
        raise ValueError(f"{name} was not measured.")
    return Figure(
        part, name, unit, statistics.median(taken), taken[min(len(taken) - 1, len(taken) * 95 // 100)], len(taken)
    )


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Return how fast a value grows with a size between two sizes: the exponent, 1 where it is proportional.

    By least squares on the logarithms.
    """
    logs = [(log(size), log(value)) for size, value in points]
    x, y = (statistics.fmean(column) for column in zip(*logs))
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


@contextmanager
def stopwatch(into: list[float]) -> Iterator[None]:
    """Append the milliseconds that the block takes."""
    begun = time.perf_counter()
    yield
    into.append((time.perf_counter() - begun) * 1000)
