"""A login asks for no more than what is documented: counts, which no slow machine changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.figures import ALONE
from benchmarks.logins import TRACED
from hotdesk_module.agi.handover import SCRIPT
from tests.integration.daemon import eventually
from tests.integration.desking import Desking
from tests.support.rig.asterisk import REPOSITORY

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

DOCUMENTED = REPOSITORY / "docs" / "performance.json"
# Whom a script asks, as the trace calls them.
ASKED = ("database", "database behind a prompt", "Asterisk (AGI)", "Asterisk (manager)")


@pytest.fixture
def trace(desking: Desking) -> Iterator[Path]:
    """What scripts write down about themselves, a line a call."""
    usual = desking.script
    # Asterisk's folder sees it below another name.
    file = desking.rig.asterisk.data / "trace"
    desking.script = f"/usr/bin/python3,-IS,{TRACED},/var/lib/asterisk/trace,{SCRIPT}"
    desking.load_dialplan()
    yield file
    file.unlink(missing_ok=True)
    desking.script = usual
    desking.load_dialplan()


def documented(what: str) -> dict[str, int]:
    figures = json.loads(DOCUMENTED.read_text(encoding="utf-8"))["figures"]
    begins = f"{what}, questions: "
    return {
        f["name"][len(begins) :]: int(f["median"])
        for f in figures
        if f["part"] == ALONE and f["name"].startswith(begins)
    }


def test_a_login_and_a_logout_need_no_more_questions_than_are_documented(desking: Desking, trace: Path) -> None:
    # A virtual extension at a phone that is free, as in the benchmark.
    assert desking.log_in_at_once("200", "1003") == "logged_in"
    assert desking.log_out("200") == "logged_out"
    eventually(lambda: trace.exists() and len(trace.read_text().splitlines()) == 2, 5, "both are written down")
    for line, what in zip(map(json.loads, trace.read_text().splitlines()), ("login", "logout")):
        assert line["arguments"][0] == what
        most = documented(what)
        assert {*ASKED} <= {*most}, f"{DOCUMENTED.name} does not say how much a {what} asks"
        found = {side: line["asked"].get(side, 0) for side in ASKED}
        assert {side: n for side, n in found.items() if n > most[side]} == {}, f"{what}: documented are {most}"
        # As many by far would do no harm, and say that the documented numbers are old.
        assert sum(found.values()) > 0.8 * sum(most[side] for side in ASKED)
