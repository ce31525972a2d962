"""What becomes of a login when the caller, the database, the script or Asterisk goes away."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from hotdesk_module import dialplan
from hotdesk_module.core.codes import Codes
from tests.integration import promises
from tests.integration.desking import Desking
from tests.integration.test_login_calls import dial_all

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]


@pytest.mark.parametrize("prompt", ["silence/1", "agent-newlocation", "agent-pass"])
def test_hanging_up_at_a_prompt_changes_nothing(desking: Desking, prompt: str) -> None:
    before = desking.rig.asterisk.db_show()
    with desking.rig.calling("200", "*11") as mark:
        if prompt == "agent-pass":
            desking.enter("200", mark, ("agent-newlocation", "1001"))
        desking.wait_prompt(prompt, mark)
        desking.rig.phones["200"].hangup()
        assert desking.status(mark) == "hangup"
    assert desking.rig.asterisk.db_show() == before
    assert desking.history() == []


def test_hanging_up_while_it_says_agent_logged_in_leaves_the_user_logged_in(desking: Desking) -> None:
    with desking.rig.calling("200", "*11") as mark:
        answers = (("agent-newlocation", "1001"), ("agent-pass", desking.pin("1001")))
        desking.enter("200", mark, *answers)
        desking.wait_prompt("agent-loginok", mark)
        desking.rig.phones["200"].hangup()
    assert dial_all(desking, "1001", "200", promises.direct_call, promises.identity_inside) == {}


def test_hanging_up_inside_the_write_section_finishes_the_login(desking: Desking) -> None:
    # The ledger's lock holds the script between the last digit and the first write; the caller goes meanwhile.
    with desking.rig.calling("200", "*111001") as mark:
        desking.wait_prompt("agent-pass", mark)
        with desking.ledger.lock():
            desking.rig.phones["200"].send_digits(f"{desking.pin('1001')}#")
            desking.rig.tap.wait_for("AGIExecStart", mark, 5.0, Command=re.compile("VM_INFO"))
            desking.rig.phones["200"].hangup()
            desking.rig.tap.wait_for("HangupRequest", mark, 5.0)
        assert desking.status(mark) == "logged_in"
    assert desking.seats() == {"200": "1001"}
    assert not desking.ledger.unapplied()
    checks = (promises.direct_call, promises.queue, promises.identity_inside, promises.own_number_goes_to_its_mailbox)
    assert dial_all(desking, "1001", "200", *checks) == {}


def test_with_the_database_down_a_login_is_refused_and_who_is_logged_in_keeps_working(desking: Desking) -> None:
    desking.log_in("200", "1001")
    before = desking.rig.asterisk.db_show()
    desking.rig.database.stop()
    try:
        with desking.rig.calling("201", "*11") as mark:
            assert desking.status(mark) == "ledger_down"
            desking.rig.phones["201"].wait_idle()
            assert desking.played(mark) == ["silence/1", "sorry", "please-try-call-later"]
        assert desking.rig.asterisk.db_show() == before
        checks = (promises.direct_call, promises.identity_inside, promises.unanswered_ends_in_users_mailbox)
        assert dial_all(desking, "1001", "200", *checks) == {}
    finally:
        desking.rig.database.start()
    assert desking.seats() == {"200": "1001"}
    assert desking.log_out("200") == "logged_out"


def test_with_the_database_killed_after_the_first_question_nothing_is_changed(desking: Desking) -> None:
    before = desking.rig.asterisk.db_show()
    with desking.rig.calling("200", "*111001") as mark:
        desking.wait_prompt("agent-pass", mark)
        desking.rig.database.kill()
        try:
            desking.rig.phones["200"].send_digits(f"{desking.pin('1001')}#")
            assert desking.status(mark) == "ledger_down"
        finally:
            desking.rig.database.start()
    assert desking.rig.asterisk.db_show() == before
    assert desking.seats() == {}


@pytest.mark.parametrize("routing", ["device", "callforward"])
def test_after_a_restart_of_asterisk_the_user_is_still_logged_in(desking: Desking, routing: str) -> None:
    desking.reset(routing=routing)
    desking.log_in("200", "1001")
    desking.rig.asterisk.restart()
    desking.rig.wait_reachable(one.number for one in desking.rig.company.phones())
    checks = (promises.direct_call, promises.identity_inside, promises.own_number_goes_to_its_mailbox)
    assert dial_all(desking, "1001", "200", *checks) == {}
    desking.service.reconcile()
    assert dial_all(desking, "1001", "200", promises.queue) == {}
    assert desking.log_out("200") == "logged_out"


def test_a_reload_in_between_changes_no_promise_and_leaves_nothing_behind(desking: Desking) -> None:
    before = desking.rig.asterisk.db_show()
    desking.log_in("200", "1001")
    desking.rig.freepbx_reload()
    checks = (promises.direct_call, promises.queue, promises.identity_inside, promises.own_number_goes_to_its_mailbox)
    assert dial_all(desking, "1001", "200", *checks) == {}
    desking.service.reconcile()
    assert desking.log_out("200") == "logged_out"
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


def test_editing_the_phones_extension_breaks_the_session_and_reconcile_mends_it(desking: Desking) -> None:
    before = desking.rig.asterisk.db_show()
    desking.log_in("200", "1003")
    desking.rig.freepbx_edit_extension("200")
    with desking.rig.calling(promises.CALLER, "1003") as mark:
        desking.rig.wait_mailbox("1003", mark)
    desking.service.reconcile()
    checks = (promises.direct_call, promises.queue, promises.identity_inside, promises.own_number_goes_to_its_mailbox)
    assert dial_all(desking, "1003", "200", *checks) == {}
    desking.log_out("200")
    after = desking.rig.asterisk.db_show()
    assert {k: v for k, v in after.items() if not k.startswith("CALLTRACE/")} == before


@pytest.mark.parametrize("script", ["missing", "not executable", "no interpreter", "dies"])
def test_when_the_script_cannot_run_the_caller_is_told(desking: Desking, script: str, tmp_path: Path) -> None:
    # Below the rig's own folder, which Asterisk sees.
    path = desking.rig.asterisk.home / "lib" / f"{script.replace(' ', '-')}.py"
    inside = f"/var/lib/asterisk/{path.name}"
    if script != "missing":
        path.write_text(
            "#!/no/such/python\n" if script == "no interpreter" else "#!/usr/bin/python3\nraise SystemExit(1)\n"
        )
    if script not in ("missing", "not executable"):
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    plan = dialplan.build(inside, Codes(), ())
    desking.rig.load_module_dialplan(dialplan.as_text(plan))
    try:
        with desking.rig.calling("200", "*11") as mark:
            sounds = desking.rig.wait_application("Playback", mark)["AppData"]
            assert sounds == "sorry&please-try-call-later"
            assert desking.status(mark) == "internal_error"
    finally:
        desking.load_dialplan()
