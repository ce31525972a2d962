"""Every kind of finding can be had, has a repair or says what to do, and stands in its document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotdesk_module.health.finding import ASKED, CODES, OK, REPAIRS
from tests.support.clinic import ILLS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "health.md").read_text(encoding="utf-8")
# Where we run is said for whoever reads it; it is never wrong.
NEVER_ILL = {"python"}


def rows(first: str) -> dict[str, list[str]]:
    """Return the rows of the document's table whose first column is called so, by their first cell."""
    table = TEXT[TEXT.index(f"| {first} |") :].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    return {row[0].strip("` "): row[1:] for row in cells}


CHECKS = rows("check")


def test_every_kind_of_finding_is_made_by_some_ill() -> None:
    assert {ill.code for ill in ILLS} == set(CODES) - NEVER_ILL
    assert {ill.repair for ill in ILLS} - {""} == set(REPAIRS)


def test_every_check_has_a_row_and_no_other_has() -> None:
    assert tuple(CHECKS) == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_row_says_what_is_looked_at_how_bad_it_is_and_what_to_do(code: str) -> None:
    levels, about, repair = CHECKS[code]
    ills = [ill for ill in ILLS if ill.code == code]
    # Some ills are the same at another level; each of those that are made stands there.
    assert {ill.level for ill in ills} <= set(levels.split(", ")) and about
    assert levels == OK if code in NEVER_ILL else repair != "–"
    assert {ill.repair for ill in ills} - {""} <= set(re.findall("`([a-z]+)`", repair))


def test_every_repair_is_explained_with_whether_it_asks() -> None:
    explained = rows("repair")
    assert tuple(explained) == REPAIRS
    assert {name: asks for name, (_, asks) in explained.items()} == {
        name: "yes" if name in ASKED else "no" for name in REPAIRS
    }
