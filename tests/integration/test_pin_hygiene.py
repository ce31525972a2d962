"""After everything: no PIN of anybody is in what Asterisk, the manager interface, the database or we have written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hotdesk_module.core import pins
from hotdesk_module.web.identity import PAGE, Identity
from tests.integration.daemon import Daemon, eventually
from tests.integration.desking import Desking
from tests.support.rig.asterisk import REPOSITORY
from tests.support.rig.shell import wait_until

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb, pytest.mark.last]


HOT_DESK_PIN = "662607015"
# Easily guessed, so that it is noted that it is: digits in a row, so many that nothing else has them by chance.
WEAK_PIN = "876543210987"
PANEL_PIN, OTHER_PIN, RUNNING_PIN = "414213562", "414213569", "3456789012345"
# Of the weak one what was entered when it was guessed at, which is a part of it.
OURS = (HOT_DESK_PIN, WEAK_PIN[:-1], PANEL_PIN, OTHER_PIN, RUNNING_PIN)
ADMINISTRATOR = Identity(PAGE, "maria", "token-of-maria")


def give_pin(desking: Desking, user: str, pin: str) -> str:
    """Set a hot desk PIN by the command, as a script does; return all it printed, and the history and the list."""
    environment = {**os.environ, "HOTDESK_PYTHON": sys.executable, "FREEPBX_CONF": str(desking.rig.freepbx_conf_file)}

    def hotdesk(*arguments: str, typed: str = "") -> str:
        command = desking.rig.namespace.argv([str(REPOSITORY / "bin" / "hotdesk"), *arguments])
        done = subprocess.run(command, env=environment, input=typed, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = hotdesk("pins", "set", user, "--stdin", typed=f"{pin}\n")
    return said + hotdesk("pins", "list") + hotdesk("history") + hotdesk("backup", "-")


def set_in_the_panel(daemon: Daemon, user: str, pin: str, again: str) -> str:
    """Enter a hot desk PIN twice in the panel's form; return the pages that speak of it."""
    at = ADMINISTRATOR
    form = daemon.fetch("GET", f"/people/{user}/pin", at)[1]
    (seen,) = set(re.findall(r'name="at" value="([0-9]+)"', form))
    answer = daemon.fetch("POST", f"/people/{user}/pin", at, {"pin": pin, "pin_again": again, "at": seen})
    pages = [daemon.fetch("GET", page, at) for page in (f"/people/{user}", "/people", "/history", "/health")]
    assert [status for status, _ in pages] == [200] * 4
    return f"{answer} {pages}"


def test_pins_are_nowhere_to_be_found(desking: Desking, tmp_path: Path) -> None:
    # Every statement that the database server is sent.
    statements = desking.rig.database.home / "statements"
    desking.rig.database.query("SET GLOBAL general_log_file = %s, GLOBAL general_log = 1", str(statements))
    desking.log_in("200", "1001")
    with desking.rig.calling("201", "*111002") as mark:
        desking.wait_prompt("agent-pass", mark)
        channel = desking.rig.asterisk.channels()[0]
        desking.rig.phones["201"].send_digits(f"{desking.pin('1002')}")
        dump = desking.rig.asterisk.cli(f"core show channel {channel}")
        assert "AGI" in dump
        desking.rig.phones["201"].send_digits("#")
        assert desking.status(mark) == "logged_in"
    with desking.rig.calling("200", "*11") as mark:
        # Somebody is too quick, and enters the PIN as the extension.
        desking.enter("200", mark, ("agent-newlocation", desking.pin("1001")), ("agent-pass", "0"))
        desking.wait_prompt("vm-incorrect", mark)
    # Nora has no mailbox, and a hot desk PIN that an administrator has set.
    said = give_pin(desking, "1005", HOT_DESK_PIN)
    assert desking.log_in("200", "1005", HOT_DESK_PIN) == "logged_in"
    with desking.rig.calling("201", "*11") as mark:
        # She is too quick as well, and then calls for help.
        desking.enter("201", mark, ("agent-newlocation", HOT_DESK_PIN), ("agent-pass", "0"))
        desking.wait_prompt("vm-incorrect", mark)
    # Hers is another one now, and weak: that is noted, refused, and guessed at until the phone is locked.
    desking.ledger.save_pin("1005", pins.hashed(WEAK_PIN, b"salt", 10), 1)
    assert desking.log_in("200", "1005", WEAK_PIN) == "already_here"
    desking.ledger.save_settings({"weak_pins": "refuse"})
    assert desking.log_in("202", "1005", WEAK_PIN) == "weak_pin"
    with desking.rig.calling("202", "*111005") as mark:
        desking.enter("202", mark, *[("agent-pass", WEAK_PIN[:-1])] * 3)
        assert desking.status(mark) == "wrong_pin"
    assert list(desking.ledger.weak_pins()) == ["1005"]
    # In the panel: one that is easily guessed, two different ones, and one to log in with.
    daemon = Daemon(desking, tmp_path)
    try:
        eventually(lambda: daemon.ask("GET", "/internal/alerts") == 200, 15, "the panel answers")
        said += set_in_the_panel(daemon, "1005", RUNNING_PIN, RUNNING_PIN)
        said += set_in_the_panel(daemon, "1005", PANEL_PIN, OTHER_PIN)
        assert not pins.matches(PANEL_PIN, desking.ledger.pin("1005"))
        said += set_in_the_panel(daemon, "1005", PANEL_PIN, PANEL_PIN)
        said += str(daemon.fetch("POST", "/api/people/1005/pin", ADMINISTRATOR, {"pin": RUNNING_PIN}))
        assert desking.log_in("201", "1005", PANEL_PIN) == "logged_in"
    finally:
        daemon.close()
    log = daemon.log.read_text()
    assert "/people/1005/pin" in log
    wait_until(lambda: desking.rig.tap.events("Hangup", mark), "the hangup is logged")
    desking.rig.database.query("SET GLOBAL general_log = 0")
    written = desking.rig.collected_text() + dump + said + log + str(desking.rig.asterisk.db_show())
    tables = "".join((*desking.past, desking.rows()))
    every = {*desking.rig.company.pins(), *OURS}
    # What somebody enters as an extension is looked up as one.
    taken_for_extensions = {desking.pin("1001"), HOT_DESK_PIN}
    for where, hidden in (
        (written, every),
        (tables, every),
        (statements.read_text(errors="replace"), every - taken_for_extensions),
    ):
        assert where.count("1001") > 0
        # Not "pin not in where": pytest would compare megabytes line by line to explain a failure.
        found = {pin: where.index(pin) for pin in hidden if pin in where}
        assert [where[max(0, at - 100) : at + 40] for at in found.values()] == []
    assert "1005" in desking.ledger.pins() and desking.ledger.pin("1005") in tables
