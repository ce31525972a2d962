"""Tables, times and bars of the command line."""

from __future__ import annotations

import io
import sys

import pytest

from hotdesk_module.cli.progress import HANDFUL, progress
from hotdesk_module.cli.tables import Column, clip, table, width
from hotdesk_module.times import duration


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Lobby", 5),
        ("Süd", 3),
        ("Su\u0308d", 3),
        ("会議室", 6),
        ("ｱｲ", 2),
        ("🏢", 2),
        ("👩‍💻", 2),
        ("👍🏽", 2),
        ("☎️", 2),
        ("🇩🇪", 2),
        ("", 0),
    ],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_shortened_text_has_an_ellipsis_and_no_half_characters() -> None:
    assert clip("Lobby", 5) == "Lobby"
    assert clip("Lobby 2", 5) == "Lobb…"
    assert clip("会議室", 4) == "会…"
    assert clip("👩‍💻👩‍💻", 3) == "👩‍💻…"


def test_columns_are_aligned_whatever_the_script() -> None:
    lines = list(table((Column("A"), Column("B")), [("会議室", "x"), ("Lobby", "y"), ("👩‍💻", "z")]))
    assert lines == ["A       B", "会議室  x", "Lobby   y", "👩‍💻      z"]


def test_a_missing_value_has_a_dash_and_an_empty_optional_column_is_left_out() -> None:
    columns = (Column("A"), Column("B", optional=True), Column("C", optional=True))
    assert list(table(columns, [("", "", "x"), ("y", "", "")])) == ["A  C", "–  x", "y"]


def test_what_is_elastic_gives_way_and_what_is_not_stays_whole() -> None:
    columns = (Column("NUMBER"), Column("LABEL", elastic=True))
    assert list(table(columns, [("1234567890", "A very long label")], limit=22)) == [
        "NUMBER      LABEL",
        "1234567890  A very lo…",
    ]


def test_minor_columns_go_first_the_least_important_before_the_others_and_are_named() -> None:
    columns = (Column("A"), Column("B", minor=1), Column("C", minor=2))
    row = ("a" * 10, "b" * 10, "c" * 10)
    assert len(list(table(columns, [row], limit=34))[1]) == 34
    assert list(table(columns, [row], limit=33))[1:] == [
        f"{row[0]}  {row[1]}",
        "(Too narrow for C; a wider terminal or --json has them.)",
    ]
    assert list(table(columns, [row], limit=12))[2].startswith("(Too narrow for B and C;")


def test_the_last_column_can_be_broken_into_lines() -> None:
    columns = (Column("A"), Column("B", wraps=True))
    assert list(table(columns, [("x", "one two three four")], limit=14)) == ["A  B", "x  one two", "   three four"]


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (Column("A", colours={"bad": "red"}),)
    assert not any("\x1b" in line for line in table(columns, [("bad",)]))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31mbad" in list(table(columns, [("bad",)]))[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not any("\x1b" in line for line in table(columns, [("bad",)]))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 min"),
        (59, "0 min"),
        (3599, "59 min"),
        (7500, "2 h 05 min"),
        (47 * 3600, "47 h 00 min"),
        (49 * 3600, "2 d 01 h"),
    ],
)
def test_durations_read_well(seconds: int, text: str) -> None:
    assert duration(seconds) == text


class Screen(io.StringIO):
    """Standard error on a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_a_bar_is_shown_on_a_terminal_when_there_is_much_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("Importing") as tell:
        assert tell is not None
        for done in range(1, HANDFUL + 2):
            tell(done, HANDFUL + 1)
    assert "Importing" in screen.getvalue()
    assert "100%" in screen.getvalue()


def test_no_bar_is_shown_for_a_handful_or_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("Importing") as tell:
        assert tell is not None
        tell(HANDFUL, HANDFUL)
    assert screen.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress("Importing") as tell:
        assert tell is None
