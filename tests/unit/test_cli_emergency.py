"""``hotdesk emergency``, as a person or a script runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.terminal import Terminal

RIGHT, REFUSED, BAD_INPUT, UNAVAILABLE, UNHEALTHY = 0, 3, 4, 5, 7


@pytest.fixture
def hd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = Terminal(tmp_path, monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    for phone in ("200", "201", "202"):
        made.office.astdb.values[f"DEVICE/{phone}/emergency_cid"] = f"5550{phone}"
    return made


def test_where_all_is_well_each_phone_has_one_line(hd: Terminal) -> None:
    answer = hd("emergency")
    assert (answer.status, answer.err) == (RIGHT, "")
    header, *lines, last = answer.out.splitlines()
    assert header.split() == ["PHONE", "LABEL", "NUMBERS", "WHEN", "CALLER", "ID", "ROUTE", "TRUNKS"]
    assert [" ".join(line.split()) for line in lines] == [
        f"{p} Phone {p} 911, 112 always 5550{p} (the phone's Emergency CID) Emergency Carrier"
        for p in ("200", "201", "202")
    ]
    assert last == "Every call carries the phone's Emergency CID, whoever is logged in."


def test_what_is_missing_is_said_and_is_the_status(hd: Terminal) -> None:
    del hd.office.astdb.values["DEVICE/201/emergency_cid"]
    hd.office.astdb.values["AMPUSER/1001/outboundcid"] = "5550111"
    hd("login", "201", "1001")
    answer = hd("emergency", "--phone", "201", "--number", "911")
    assert answer.status == UNHEALTHY
    idle, occupied = (" ".join(line.split()) for line in answer.out.splitlines()[1:3])
    assert idle.startswith("201 Phone 201 911 idle") and "The phone has no Emergency CID." in idle
    assert "1001 is logged in 5550111 (the outbound CID of 1001)" in occupied
    assert answer.out.endswith("At 1 phone something is missing.\n")
    assert '"Person 1002" <1002>' in hd("emergency", "--phone", "201", "--user", "1002").out


def test_a_program_gets_all_of_it(hd: Terminal) -> None:
    found = hd("emergency", "--phone", "200", "--phone", "201", "--json").json
    assert found["right"] is True and found["numbers"][0] == {"number": "911", "pattern": "911"}
    assert [(c["phone"], c["number"]) for c in found["calls"]] == [
        ("200", "911"),
        ("200", "112"),
        ("201", "911"),
        ("201", "112"),
    ]


def test_without_an_emergency_route_it_says_so(hd: Terminal) -> None:
    hd.office.inventory.all_routes = []
    answer = hd("emergency")
    assert answer.status == UNHEALTHY and "No outbound route is an emergency route" in answer.out
    assert "No outbound route takes this number" in hd("emergency", "--number", "911").out


def test_without_phones_there_is_nothing_to_say(hd: Terminal) -> None:
    for phone in hd.ledger.phones():
        hd.ledger.remove_phone(phone.device)
    assert hd("emergency").out == "There is no hot desk phone.\n"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--phone", "1001"), (REFUSED, "not_in_pool")),
        (("--phone", "x y"), (BAD_INPUT, "bad_value")),
        (("--number", "N11"), (BAD_INPUT, "bad_value")),
        (("--user", "jane"), (BAD_INPUT, "bad_extension")),
    ],
)
def test_what_makes_no_sense_is_refused(hd: Terminal, options: tuple[str, ...], error: tuple[int, str]) -> None:
    assert hd("emergency", *options, "--json").error == error


def test_without_asterisk_nobody_can_tell(hd: Terminal) -> None:
    hd.asterisk_up = False
    assert hd("emergency", "--json").error == (UNAVAILABLE, "asterisk_down")
