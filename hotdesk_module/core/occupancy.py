"""How many phones were taken, from when until when: a sweep over the logins and logouts of a range of time.

All ranges are half open: the second at which one ends is not part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# A login or logout: when, whether it is a login, at which phone.
Change = tuple[int, bool, str]


class Span(NamedTuple):
    """A phone was taken, by whomever, for a while."""

    phone: str
    start: int
    stop: int


class Level(NamedTuple):
    """How many phones were taken in a range of time.

    Attributes:
        taken: seconds, of all phones together.
        peak: the most at a time.
        peak_at: when it was first so many.
    """

    start: int
    stop: int
    taken: int
    peak: int
    peak_at: int

    @property
    def average(self) -> float:
        """Return the average number of phones that were taken."""
        return self.taken / (self.stop - self.start) if self.stop > self.start else 0.0


def spans(changes: Iterable[Change], seated: Mapping[str, int], start: int, stop: int) -> list[Span]:
    """Return when phones were taken in a range.

    A session without an end (a restored history has such) counts for nothing: nobody knows how long it was.

    Args:
        changes: those since the range began, the oldest first; some may be later than its end.
        seated: the phones that are taken at its end, or now: phone to since when, 0 where that is not known.
    """
    since: dict[str, int] = {}
    seen: set[str] = set()
    found: list[Span] = []
    for at, is_login, phone in changes:
        if is_login:
            since.setdefault(phone, at)
        else:
            # The first that is heard of a phone is that somebody leaves: they sat there from the start.
            begun = since.pop(phone, None) if phone in seen else start
            until = min(at, stop)
            if begun is not None and begun < until:
                found.append(Span(phone, begun, until))
        seen.add(phone)
    for phone, at in seated.items():
        begun = since.get(phone, stop) if phone in seen else max(start, at)
        if begun < stop:
            found.append(Span(phone, begun, stop))
    return found


def levels(found: Iterable[Span], edges: Sequence[int]) -> list[Level]:
    """Return how many phones were taken between each edge and the next; edges go up."""
    steps: dict[int, int] = {}
    for _, start, stop in found:
        steps[start] = steps.get(start, 0) + 1
        steps[stop] = steps.get(stop, 0) - 1
    moments = sorted(steps)
    place, count, result = 0, 0, []
    for start, stop in zip(edges, edges[1:]):
        while place < len(moments) and moments[place] <= start:
            count += steps[moments[place]]
            place += 1
        at, taken, peak, peak_at = start, 0, count, start
        while place < len(moments) and moments[place] < stop:
            moment = moments[place]
            taken += count * (moment - at)
            at, count = moment, count + steps[moment]
            place += 1
            if count > peak:
                peak, peak_at = count, moment
        result.append(Level(start, stop, taken + count * (stop - at), peak, peak_at))
    return result


def together(parts: Sequence[Level]) -> Level:
    """Return levels that follow one another as one."""
    highest = max(parts, key=lambda level: level.peak)
    return Level(parts[0].start, parts[-1].stop, sum(level.taken for level in parts), highest.peak, highest.peak_at)
