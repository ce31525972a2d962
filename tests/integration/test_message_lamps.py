"""Message lamps on the wire: what a phone of the pool is sent, and that the last word is always the right one.

Phone 200 has one old message of its own, 1001 has two new ones and none old.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.daemon import Daemon
from tests.integration.desking import Desking
from tests.support.rig.mwi_phone import MwiPhone

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

OWN, OF_1001, OF_1002 = (0, 1), (2, 0), (1, 1)
FOLDERS = ("INBOX", "Old", "Urgent")


def folder(desking: Desking, box: str, name: str) -> Path:
    return desking.rig.asterisk.home / "spool/voicemail/default" / box / name


def put(desking: Desking, box: str, **messages: int) -> None:
    """Let a mailbox have so many messages in its folders, without Asterisk knowing yet."""
    for name in FOLDERS:
        shutil.rmtree(folder(desking, box, name), ignore_errors=True)
        for number in range(messages.get(name, 0)):
            folder(desking, box, name).mkdir(exist_ok=True)
            for end in ("txt", "wav"):
                (folder(desking, box, name) / f"msg{number:04}.{end}").write_text("[message]\n")


def notice(desking: Desking, box: str) -> None:
    """Let Asterisk look into a mailbox, as after a message was left or heard."""
    desking.rig.tap.action("VoicemailRefresh", Context="default", Mailbox=box)


@pytest.fixture(scope="module")
def phone(installed: Desking) -> Iterator[MwiPhone]:
    """Phone 200's lamp: it registers in place of the phone, which goes on calling."""
    made = MwiPhone(installed.rig.namespace, "200")
    try:
        yield made
    finally:
        for box in ("200", "1001", "1002"):
            put(installed, box)
            notice(installed, box)
        made.register(0)
        made.close()
        installed.rig.unregister("200")
        installed.rig.register("200")


@pytest.fixture
def lamp(desking: Desking, phone: MwiPhone) -> MwiPhone:
    """Phone 200's lamp, with nobody logged in."""
    put(desking, "200", Old=1)
    put(desking, "1001", INBOX=1, Urgent=1)
    put(desking, "1002", INBOX=1, Old=1)
    mark = phone.mark()
    for box in ("200", "1001", "1002"):
        notice(desking, box)
    phone.register()
    phone.wait_settled(*OWN, mark, quiet=0.3)
    return phone


@pytest.fixture(scope="module")
def running(installed: Desking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    installed.reset()
    daemon = Daemon(installed, tmp_path_factory.mktemp("daemon"))
    try:
        daemon.wait_serving()
        yield daemon
    finally:
        daemon.close()


@pytest.fixture
def seated(desking: Desking, lamp: MwiPhone, running: Daemon) -> MwiPhone:
    """The lamp while 1001 sits at 200 and the daemon runs."""
    mark = lamp.mark()
    desking.service.login("200", "1001")
    lamp.wait_for(*OF_1001, mark)
    return lamp


# Without a daemon


def test_by_the_fingers_at_the_phone_and_by_the_command_line_the_lamp_follows(desking: Desking, lamp: MwiPhone) -> None:
    mark = lamp.mark()
    assert desking.log_in("200", "1001") == "logged_in"
    lamp.wait_for(*OF_1001, mark)
    # Somebody else takes over, and goes on to another phone.
    assert desking.log_in_at_once("200", "1002") == "logged_in"
    lamp.wait_for(*OF_1002, mark)
    desking.service.login("201", "1002")
    lamp.wait_for(*OWN, mark)
    desking.service.login("200", "1001")
    assert desking.log_out("200") == "logged_out"
    lamp.wait_settled(*OWN, mark, quiet=0.3)
    assert lamp.counts(mark) == [OF_1001, OF_1002, OWN, OF_1001, OWN]
    assert [n.lit for n in lamp.notifies(mark)] == [True, True, False, True, False]


def test_at_a_user_without_a_mailbox_the_lamp_is_off(desking: Desking, lamp: MwiPhone) -> None:
    mark = lamp.mark()
    desking.service.login("200", "1005")
    lamp.wait_for(0, 0, mark)
    desking.service.logout("200")
    lamp.wait_settled(*OWN, mark, quiet=0.3)


# With the daemon


def test_a_message_left_by_a_caller_lights_it_and_heard_messages_put_it_out(desking: Desking, seated: MwiPhone) -> None:
    mark = seated.mark()
    with desking.rig.calling("1002", "1001"):
        desking.rig.phones["1002"].wait_answered()
        desking.rig.asterisk.wait_log(r"Recording the message|x=0, open writing", timeout=10)
    seated.wait_for(3, 0, mark)
    put(desking, "1001", Old=3)
    notice(desking, "1001")
    seated.wait_settled(0, 3, mark)
    assert not seated.notifies()[-1].lit


def test_asterisks_own_word_on_the_phones_mailbox_is_not_the_last(desking: Desking, seated: MwiPhone) -> None:
    mark = seated.mark()
    put(desking, "200", INBOX=4)
    notice(desking, "200")
    seated.wait_for(4, 0, mark)
    seated.wait_settled(*OF_1001, mark)
    mark = seated.mark()
    desking.service.logout("200")
    seated.wait_settled(4, 0, mark)


def test_a_renewed_registration_of_which_nobody_is_told_is_noticed(desking: Desking, seated: MwiPhone) -> None:
    mark = seated.mark()
    seated.register()
    seated.wait_for(*OWN, mark)
    # The daemon looks every half minute, and at once where another phone signs off.
    desking.rig.unregister("9001")
    try:
        seated.wait_settled(*OF_1001, mark)
    finally:
        desking.rig.register("9001")


def test_a_reload_leaves_the_right_lamp(desking: Desking, seated: MwiPhone) -> None:
    mark = seated.mark()
    desking.rig.asterisk.cli("core reload")
    seated.wait_for(*OWN, mark)
    seated.wait_settled(*OF_1001, mark)


def test_a_restart_leaves_the_right_lamp(desking: Desking, seated: MwiPhone) -> None:
    mark = seated.mark()
    desking.rig.asterisk.restart()
    seated.wait_for(*OWN, mark, timeout=20)
    seated.wait_settled(*OF_1001, mark, timeout=30)


# A phone that subscribes


def test_a_phone_that_subscribes_is_told_of_both_and_named(desking: Desking, lamp: MwiPhone) -> None:
    mark = lamp.mark()
    lamp.subscribe()
    try:
        assert lamp.wait_for(*OWN, mark).dialog
        assert desking.service.switchboard.subscribers() == {"PJSIP/200"}
        desking.service.login("200", "1001")
        # Ours belongs to no subscription: whether a phone minds, is the phone's affair.
        assert not lamp.wait_for(*OF_1001, mark).dialog
    finally:
        lamp.subscribe(0)
