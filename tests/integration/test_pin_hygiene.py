"""After everything: no PIN of anybody is in what Asterisk, the manager interface, the database or we have written."""

from __future__ import annotations

import pytest

from tests.integration.desking import Desking
from tests.support.rig.shell import wait_until

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb, pytest.mark.last]


def test_pins_are_nowhere_to_be_found(desking: Desking) -> None:
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
    wait_until(lambda: desking.rig.tap.events("Hangup", mark), "the hangup is logged")
    written = desking.rig.collected_text() + dump
    tables = "".join((*desking.past, desking.rows()))
    for where in (written, tables):
        assert where.count("1001") > 0
        # Not "pin not in where": pytest would compare megabytes line by line to explain a failure.
        assert [pin for pin in desking.rig.company.pins() if pin in where] == []
