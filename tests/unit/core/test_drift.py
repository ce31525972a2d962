"""How the history tells of what is repaired again and again."""

from __future__ import annotations

import pytest

from hotdesk_module.core.drift import DRIFT, QUIET, RECURRING, SINCE, TIMES, detail, told
from hotdesk_module.core.model import Event

NOW = 100_000


def repaired(*ago: int, what: str = "DEVICE/200/user", code: str = DRIFT) -> list[Event]:
    return [Event(NOW - seconds, "repair", code=code, detail=what) for seconds in ago]


EVERY_MINUTE = [60 * n for n in range(1, TIMES + 1)]


@pytest.mark.parametrize(
    ("why", "before", "how"),
    [
        ("the first time", [], DRIFT),
        ("a few times", repaired(*EVERY_MINUTE[:-1]), DRIFT),
        ("so many times", repaired(*EVERY_MINUTE), RECURRING),
        ("it was another difference", repaired(*EVERY_MINUTE, what="DEVICE/201/user"), DRIFT),
        ("with a pause between", repaired(*EVERY_MINUTE[:2], *(600 + s for s in EVERY_MINUTE)), DRIFT),
        ("all in one burst, as after a reload", repaired(1, 2, 3, 4, 5), DRIFT),
        ("it was said before", repaired(300, code=RECURRING), None),
        ("another one was said", repaired(300, what="DEVICE/201/user", code=RECURRING), DRIFT),
        ("it was said an hour ago", repaired(QUIET, code=RECURRING), RECURRING),
        ("it was said, and somebody repaired it by hand", repaired(60) + repaired(300, code=RECURRING), None),
    ],
)
def test_the_same_difference_is_told_in_this_way(why: str, before: list[Event], how: str | None) -> None:
    assert told(before, "DEVICE/200/user", NOW) == how


def test_what_is_looked_at_reaches_back_to_when_it_was_said_last() -> None:
    assert SINCE > QUIET


def test_a_long_difference_is_told_as_it_is_kept() -> None:
    names = [f"DEVICE/{n}/user" for n in range(200, 300)]
    what = detail(names)
    assert len(what) == 255
    assert told(repaired(*EVERY_MINUTE, what=what), detail(names), NOW) == RECURRING
