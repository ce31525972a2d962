"""The chart of how many phones were taken: its geometry, for a template that draws it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import NamedTuple

from hotdesk_module import days
from hotdesk_module.core.occupancy import Level
from hotdesk_module.web.occupancy import Occupancy

# Where the pool is so many times the peak, the scale is the peak's: the line of the pool would flatten all below it.
FAR = 3
# What a text of five characters takes, and with some space around it.
ROOM, SPACE = 36, 52
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 22, 26


class Tick(NamedTuple):
    """A line of the grid, and what stands at its end.

    Attributes:
        anchor: which part of the text is at the line: ``start``, ``middle`` or ``end``.
    """

    at: float
    text: str
    anchor: str = "end"


class Chart(NamedTuple):
    """A drawing; lengths are its own.

    Attributes:
        averages, peaks: paths: a bar for each average, a dash for each peak.
        pool: the height of the line that shows the pool; None: it is above the chart.
        across, up: the ticks of the two axes.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    base: int
    averages: str
    peaks: str
    pool: float | None
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def chart(shown: Occupancy, zone: tzinfo | None, weekdays: Sequence[str], width: int, height: int) -> Chart:
    """Return the drawing in a given size.

    Args:
        weekdays: what they are called, from Monday.
    """
    wide, high = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    base = height - _BOTTOM
    peak = shown.whole.peak
    is_far = shown.phones > FAR * max(1, peak)
    step, top = _scale(peak if is_far else max(peak, shown.phones))
    start, stop = shown.start, max(shown.end, shown.start + 1)

    def x(at: int) -> float:
        return _LEFT + wide * (at - start) / (stop - start)

    def y(count: float) -> float:
        return base - high * count / top

    # A narrow gap keeps bars apart, as long as there is room for one.
    gap = 1.0 if shown.levels and wide / len(shown.levels) > 4 else 0.0

    def bar(level: Level) -> str:
        left, right = x(level.start) + gap, x(level.stop) - gap
        return f"M{left:.1f} {base}V{y(level.average):.1f}H{right:.1f}V{base}Z"

    def dash(level: Level) -> str:
        return f"M{x(level.start) + gap:.1f} {y(level.peak):.1f}H{x(level.stop) - gap:.1f}"

    return Chart(
        width,
        height,
        _LEFT,
        width - _RIGHT,
        _TOP,
        base,
        "".join(bar(level) for level in shown.levels if level.taken),
        "".join(dash(level) for level in shown.levels if level.peak),
        None if is_far or not shown.phones else round(y(shown.phones), 1),
        tuple(Tick(round(x(at), 1), text, anchor) for at, text, anchor in _moments(shown, zone, weekdays, wide)),
        tuple(Tick(round(y(count), 1), str(count)) for count in range(0, top + 1, step)),
    )


def _scale(most: int) -> tuple[int, int]:
    """Return the step of the ticks and where the scale ends: round numbers, and at most five steps."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 5 * step:
                return step, max(step, -(-most // step) * step)
        size *= 10


def _moments(shown: Occupancy, zone: tzinfo | None, weekdays: Sequence[str], wide: int) -> list[tuple[int, str, str]]:
    """Return the times that stand below the chart, and how: hours in the middle of their lines, days behind them."""
    count = (shown.last - shown.first).days + 1
    most = max(2, wide // SPACE)
    if count <= 2:
        every = next(n for n in (1, 2, 3, 6, 12) if 24 * count / n <= most or n == 12)
        edges = days.hours(shown.start, shown.end, zone)[:-1]
        at = [(edge, days.local(edge, zone)) for edge in edges]
        return [(e, f"{t:%H:%M}", "middle") for e, t in at if t.hour % every == 0 and not t.minute]
    every = -(-count // most)
    day = shown.first
    found = []
    while day <= shown.last:
        midnight = days.midnight(day, zone)
        # A text behind the line needs its room before the end.
        if midnight >= shown.start and (shown.end - midnight) * wide >= ROOM * (shown.end - shown.start):
            named = f"{weekdays[day.weekday()]} {day.day}" if count <= 7 else day.strftime("%m-%d")
            found.append((midnight, named, "start"))
        day += timedelta(every)
    return found
