"""How many phones were taken, against a count of every minute."""

from __future__ import annotations

import pytest

from hotdesk_module.core.occupancy import Change, Level, Span, levels, spans, together
from tests.support.past import Past, past

PHONES = tuple(str(n) for n in range(200, 212))
USERS = tuple(str(n) for n in range(1000, 1020))
END = 60 * 600


def changes(history: Past, start: int = 0) -> list[Change]:
    kinds = {"login": True, "logout": False}
    return [(e.at, kinds[e.event], e.phone) for e in history.events if e.event in kinds and e.at >= start]


def taken(history: Past, minute: int) -> set[str]:
    """Return the phones that were taken in a minute, by a walk through all that happened before."""
    sitting: set[str] = set()
    for event in history.events:
        if event.at <= minute and event.event == "login":
            sitting.add(event.phone)
        elif event.at <= minute and event.event == "logout":
            sitting.discard(event.phone)
    return sitting


def seated(history: Past, at: int) -> dict[str, int]:
    return dict.fromkeys(taken(history, at - 1), 0)


@pytest.mark.parametrize("seed", range(8))
def test_every_bucket_has_the_average_and_the_peak_of_its_minutes(seed: int) -> None:
    history = past(PHONES, USERS, 240, END, END, seed, step=60)
    edges = [0, 60, 6000, 6060, 9000, 20000 // 60 * 60, END]
    found = levels(spans(changes(history), seated(history, END), 0, END), edges)
    for level in found:
        counts = [len(taken(history, minute)) for minute in range(level.start, level.stop, 60)]
        assert level.taken == 60 * sum(counts)
        assert level.peak == max(counts)
        assert len(taken(history, level.peak_at)) == level.peak
        assert level.average == pytest.approx(sum(counts) / len(counts))


@pytest.mark.parametrize("seed", range(8))
def test_a_range_in_the_middle_needs_only_what_happened_in_it_and_who_sat_there_at_its_end(seed: int) -> None:
    history = past(PHONES, USERS, 240, END, END, seed, step=60)
    start, stop = END // 3, 2 * END // 3
    part = [c for c in changes(history, start) if c[0] <= stop]
    found = spans(part, seated(history, stop), start, stop)
    for phone in PHONES:
        minutes = sum(phone in taken(history, minute) for minute in range(start, stop, 60))
        assert sum(s.stop - s.start for s in found if s.phone == phone) == 60 * minutes


def test_what_comes_after_the_range_is_cut_off() -> None:
    assert spans([(10, True, "200"), (90, False, "200"), (95, True, "201")], {"201": 95}, 0, 50) == [
        Span("200", 10, 50)
    ]


def test_a_phone_that_nothing_happened_at_is_taken_all_the_time_or_since_its_session_began() -> None:
    assert spans([], {"200": 0, "201": 30, "202": 99}, 10, 50) == [Span("200", 10, 50), Span("201", 30, 50)]


def test_a_login_without_an_end_counts_for_nothing() -> None:
    assert spans([(10, True, "200")], {}, 0, 50) == []


def test_a_take_over_is_no_moment_with_one_more_and_none_with_one_less() -> None:
    found = spans([(10, True, "200"), (20, False, "200"), (20, True, "200"), (30, False, "200")], {}, 0, 50)
    assert [s[1:] for s in found] == [(10, 20), (20, 30)]
    assert levels(found, (0, 50)) == [Level(0, 50, 20, 1, 10)]


def test_levels_that_follow_one_another_are_joined() -> None:
    joined = together([Level(0, 10, 20, 3, 4), Level(10, 30, 10, 5, 12), Level(30, 40, 0, 5, 30)])
    assert joined == Level(0, 40, 30, 5, 12)
    assert joined.average == 0.75
