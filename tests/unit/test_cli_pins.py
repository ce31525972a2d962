"""``hotdesk pins``: what an administrator types, and what nobody gets to see."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.core.model import User
from hotdesk_module.core.pins import matches
from hotdesk_module.ports import HistoryFilter
from tests.support.terminal import Terminal

PIN = "594173"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def office(hd: Terminal) -> Terminal:
    """Return a terminal in an office where 1005 and 1006 have no mailbox."""
    hd.office.inventory.all_users += [User("1005", "Nora", ""), User("1006", "Nils", "")]
    return hd


def test_a_pin_is_read_from_standard_input_and_not_repeated(office: Terminal) -> None:
    done = office("pins", "set", "1005", "--stdin", typed=f"{PIN}\nmore\n")
    assert (done.status, done.out, done.err) == (0, "1005 logs in with the new hot desk PIN from now on.\n", "")
    assert matches(PIN, office.ledger.pin("1005"))
    program = office("pins", "set", "1005", "--stdin", "--json", typed=f"{PIN}1\r\n")
    assert program.json == {"user": "1005", "code": "pin_set"}
    assert matches(f"{PIN}1", office.ledger.pin("1005"))


def test_a_pin_cannot_be_an_argument(office: Terminal) -> None:
    assert office("pins", "set", "1005", PIN).status == 2
    assert office("pins", "set", "1005", "--stdin", PIN, "--json").error == (2, "usage")
    assert office.ledger.pins() == {}


def test_without_a_terminal_the_pin_is_not_guessed_from_what_comes_in(office: Terminal) -> None:
    done = office("pins", "set", "1005", typed=f"{PIN}\n{PIN}\n")
    assert done.status == 2 and "--stdin" in done.err
    assert office.ledger.pins() == {}


@pytest.mark.parametrize(
    ("user", "typed", "status", "code"),
    [
        ("1005", "1234\n", 4, "bad_pin"),
        ("1005", "1005\n", 4, "bad_pin"),
        ("1005", "", 4, "bad_pin"),
        ("1005", b"\xff4711\n", 4, "bad_pin"),
        ("1001", f"{PIN}\n", 3, "has_mailbox"),
        ("4711", f"{PIN}\n", 3, "unknown_user"),
        ("12ab", f"{PIN}\n", 4, "bad_extension"),
    ],
)
def test_what_is_refused_has_its_name_and_status(
    office: Terminal, user: str, typed: str | bytes, status: int, code: str
) -> None:
    done = office("pins", "set", user, "--stdin", "--json", typed=typed)
    assert done.error == (status, code)
    assert PIN not in done.out + done.err
    assert office.ledger.pins() == {}


def test_the_list_says_who_has_a_pin_since_when_and_which_are_of_no_use(office: Terminal) -> None:
    assert office("pins").out == "Nobody has a hot desk PIN.\n"
    office("pins", "set", "1005", "--stdin", typed=PIN)
    office("pins", "set", "1006", "--stdin", typed=PIN)
    office.ledger.save_pin("999", "x", office.clock.now)
    office.office.inventory.all_users[-1] = User("1006", "Nils", "default")
    assert [line.split() for line in office("pins", "list").out.splitlines()] == [
        ["USER", "NAME", "SET", "NOTE"],
        ["999", "–", "2026-11-03", "14:32", "no", "extension"],
        ["1005", "Nora", "2026-11-03", "14:32"],
        ["1006", "Nils", "2026-11-03", "14:32", "has", "a", "mailbox"],
    ]
    assert office("pins", "--json").json["pins"][1] == {
        "user": "1005",
        "name": "Nora",
        "set": "2026-11-03T13:32:05Z",
        "state": "used",
    }


def test_a_pin_is_removed_once(office: Terminal) -> None:
    office("pins", "set", "1005", "--stdin", typed=PIN)
    assert office("pins", "remove", "1005").out == "1005 has no hot desk PIN any more.\n"
    assert office("pins", "remove", "1005").out == "1005 had no hot desk PIN.\n"
    assert office("pins", "remove", "1005", "--json").json == {"user": "1005", "removed": False}
    assert office("pins", "remove", "12ab", "--json").error == (4, "bad_extension")


def test_the_history_shows_who_set_and_removed_it(office: Terminal) -> None:
    office("pins", "set", "1005", "--stdin", "--as", "otto", typed=PIN)
    office("pins", "remove", "1005")
    found = office("history", "--event", "pin", "--json").json["events"]
    assert [(e["user"], e["actor"], e["code"]) for e in found] == [
        ("1005", "maria", "pin_removed"),
        ("1005", "otto", "pin_set"),
    ]
    assert PIN not in str(office.ledger.events(HistoryFilter()))


def test_pins_need_no_asterisk(office: Terminal) -> None:
    office.asterisk_up = False
    assert office("pins", "set", "1005", "--stdin", typed=PIN).status == 0
    assert office("pins").status == 0
    assert office("pins", "remove", "1005").status == 0


def type_on_a_terminal(database: Path, *entries: str) -> tuple[int, str]:
    """Run ``hotdesk pins set 1005`` on a real terminal; return its status and all that the terminal shows."""
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "hotdesk_module", "pins", "set", "1005"],
        cwd=ROOT,
        env={**os.environ, "HOTDESK_DATABASE": f"sqlite:///{database}"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = ""
    questions = list(entries)
    try:
        while select.select([master], [], [], 20)[0]:
            try:
                shown += os.read(master, 1000).decode()
            except OSError:  # The other end is closed.
                break
            if questions and shown.endswith(": "):
                os.write(master, f"{questions.pop(0)}\n".encode())
    finally:
        status = running.wait(20)
        os.close(master)
    return status, shown


def test_on_a_terminal_it_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    database = Sqlite(str(file))
    create_tables(database)
    database.execute("CREATE TABLE users (extension TEXT, name TEXT, voicemail TEXT)")
    database.execute("INSERT INTO users VALUES ('1005', 'Nora', 'novm')")
    status, shown = type_on_a_terminal(file, PIN, "271828", PIN, PIN)
    assert status == 0, shown
    assert "do not match" in shown
    assert PIN not in shown
    assert matches(PIN, SqlLedger(database).pin("1005"))
    database.close()
