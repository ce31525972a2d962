"""What people had set before they logged in is in a real Asterisk's AstDB again after the logout, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hotdesk_module.service import HotDesk
from tests.integration import promises
from tests.integration.desking import Desking
from tests.support.rig import Rig

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

FAMILIES = ("CF", "CFU", "CFB", "DND", "AMPUSER", "CustomDevstate")
# As FreePBX's feature codes and UCP write them.
OWN = {
    "CF/1001": '#31#5551234,r "x" (y)',
    "CFU/1001": "200",
    "DND/1001": "YES",
    "CFB/200": "Größe 77",
    "AMPUSER/1001/followme/ddial": "DIRECT",
    "AMPUSER/1001/followme/grplist": "1001-5551234#",
    "AMPUSER/1001/novmpw": "yes",
}
LAMPS = {"CF1001": "BUSY", "DEVCF1001": "BUSY", "DND1001": "INUSE", "DEVDND1001": "NOT_INUSE", "FOLLOWME1001": "BUSY"}


def light(rig: Rig, **lamps: str) -> None:
    """Set custom device states as FreePBX does."""
    for lamp, state in lamps.items():
        rig.asterisk.cli(f"devstate change Custom:{lamp} {state}")


def families(rig: Rig) -> dict[str, str]:
    """Return everything in which habits are kept; the lamp of our own is none."""
    keys = rig.asterisk.db_show()
    return {k: v for k, v in keys.items() if k.split("/")[0] in FAMILIES and not k.startswith("CustomDevstate/HDSK")}


def settle_in(desking: Desking) -> dict[str, str]:
    """Give 1001 and 200 habits, with the setting on; return all there is."""
    desking.reset(give_back="yes", voicemail_pin="yes", several_phones="allow")
    for key, value in OWN.items():
        desking.rig.asterisk.db_put(key, value)
    light(desking.rig, **LAMPS)
    return families(desking.rig)


def use_the_codes(rig: Rig, phone: str) -> None:
    """Switch everything on and off and on at a phone where 1001 sits."""
    light(rig, **{f"{lamp}{n}": "BUSY" for lamp in ("DEVDND", "DEVCF", "FOLLOWME") for n in (phone, "1001")})
    light(rig, DND1001="NOT_INUSE", **{f"DEVDND{phone}": "NOT_INUSE"})
    for key, value in {"CF/1001": "9001", "CFB/1001": "201", "AMPUSER/1001/followme/ddial": "DIRECT"}.items():
        rig.asterisk.db_put(key, value)


def reload(rig: Rig) -> None:
    own = rig.asterisk.db_show("AMPUSER")
    rig.freepbx_reload()
    # The rig writes follow-me afresh from the company's tables; FreePBX does not write these (F§5).
    for name in ("ddial", "grplist"):
        rig.asterisk.db_put(f"AMPUSER/1001/followme/{name}", own[f"AMPUSER/1001/followme/{name}"])


@pytest.mark.parametrize("routing", ["device", "callforward"])
def test_after_moves_take_overs_codes_a_reload_and_a_restart_everything_is_as_it_was(
    desking: Desking, routing: str
) -> None:
    before, rig = settle_in(desking), desking.rig
    desking.ledger.save_settings({"routing": routing})
    assert desking.log_in("200", "1001") == "logged_in"
    now = families(rig)
    assert not [k for k in OWN if k in now and not k.endswith(("CF/1001", "ddial", "grplist"))]
    assert now["AMPUSER/1001/followme/ddial"] == "EXTENSION"
    assert now.get("CF/1001") == ("HD200" if routing == "callforward" else None)
    use_the_codes(rig, "200")
    assert desking.log_in("201", "1001") == "logged_in"
    assert desking.log_in("200", "1003") == "logged_in"
    use_the_codes(rig, "201")
    reload(rig)
    desking.service.reconcile()
    rig.asterisk.restart()
    rig.wait_reachable(one.number for one in rig.company.phones())
    assert desking.log_out("201") == "logged_out"
    assert {k: v for k, v in families(rig).items() if "1001" in k} == {k: v for k, v in before.items() if "1001" in k}
    assert desking.log_out("200") == "logged_out"
    assert families(rig) == before


class Dies(BaseException):
    """The process is killed."""


class Mortal:
    """An adapter whose process is killed at one of its writes."""

    def __init__(self, adapter: Any, at: list[int]) -> None:
        self._adapter, self._at = adapter, at

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._adapter, name)
        if name == "change":
            # One by one: Asterisk does them in this order, and a connection may end between any two.
            return lambda changes: [self._write(method, {key: value}) for key, value in changes.items()]
        return partial(self._write, method) if name == "show" else method

    def _write(self, method: Callable[..., object], *given: object) -> object:
        self._at[0] -= 1
        if self._at[0] == 0:
            raise Dies
        return method(*given)


def killed(desk: HotDesk, at: int, run: Callable[[HotDesk], object]) -> None:
    """Do something in a process that is killed at the ``at``-th write after the ledger's."""
    left = [at]
    desk.astdb, desk.switchboard = Mortal(desk.astdb, left), Mortal(desk.switchboard, left)
    with pytest.raises(Dies):
        run(desk)


@pytest.mark.parametrize("at", [1, 2, 5, 9, 13])
def test_whoever_is_killed_behind_the_ledgers_write_the_next_one_finishes_it(desking: Desking, at: int) -> None:
    before, rig = settle_in(desking), desking.rig
    killed(desking.service, at, lambda desk: desk.login("200", "1001"))
    assert desking.seats() == {"200": "1001"}
    desking.service.reconcile()
    use_the_codes(rig, "200")
    killed(desking.service, at, lambda desk: desk.logout("200"))
    assert desking.seats() == {}
    assert desking.log_in("201", "1001") == "logged_in"
    desking.service.logout_all()
    desking.service.reconcile()
    assert families(rig) == before


def test_an_emptied_database_of_asterisk_takes_nothing_from_who_sits_somewhere(desking: Desking) -> None:
    before, rig = settle_in(desking), desking.rig
    assert desking.log_in("200", "1001") == "logged_in"
    # What FreePBX's tables hold comes back by `resetastdb`; habits are in none of them (F§5).
    rig.asterisk.db_set(rig.company.astdb())
    desking.service.reconcile()
    assert desking.log_out("200") == "logged_out"
    rig.asterisk.db_put("AMPUSER/1001/followme/grplist", OWN["AMPUSER/1001/followme/grplist"])
    assert families(rig) == before


def test_an_extension_saved_in_between_gives_the_pin_setting_back_and_the_mailbox_asks_meanwhile(
    desking: Desking,
) -> None:
    rig = desking.rig
    desking.reset(voicemail_pin="yes")
    rig.asterisk.db_put("AMPUSER/1001/novmpw", "yes")
    before = families(rig)
    assert desking.log_in("200", "1001") == "logged_in"
    for saved in (None, "yes"):
        # The form shows that the PIN is asked for, and an administrator saves that; or that it should not be.
        rig.freepbx_edit_extension("1001")
        rig.asterisk.cli("database del AMPUSER 1001/novmpw")
        if saved:
            rig.asterisk.db_put("AMPUSER/1001/novmpw", saved)
        desking.service.reconcile()
        with rig.calling("200", "*97") as mark:
            assert rig.wait_application("VoiceMailMain", mark)["AppData"] == "1001@default"
    assert desking.log_out("200") == "logged_out"
    assert families(rig) == before
    with rig.calling("1001", "*97") as mark:
        assert rig.wait_application("VoiceMailMain", mark)["AppData"] == "1001@default,s"


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
@pytest.mark.parametrize("waiting", [True, False], ids=["call waiting", "no call waiting"])
def test_with_call_forward_routing_call_waiting_is_the_users_own(desking: Desking, version: int, waiting: bool) -> None:
    rig = desking.rig
    desking.reset(routing="callforward")
    rig.forward_like(version)
    if not waiting:
        rig.asterisk.db_del("CW/1001")
    assert desking.log_in("200", "1001") == "logged_in"
    with rig.calling(promises.CALLER, "1001"):
        rig.phones["200"].wait_ringing()
        rig.phones["200"].answer()
        rig.phones[promises.CALLER].wait_answered()
        rig.phones["200"].forget()
        with rig.calling("1002", "1001") as mark:
            if waiting:
                rig.phones["200"].wait_ringing()
            else:
                rig.wait_mailbox("1001", mark)
                assert not rig.phones["200"].rang


@pytest.mark.parametrize("version", [16, 17], ids=["FreePBX 16", "FreePBX 17"])
def test_with_call_forward_routing_a_forward_of_ones_own_is_followed(desking: Desking, version: int) -> None:
    rig = desking.rig
    desking.reset(routing="callforward")
    rig.forward_like(version)
    assert desking.log_in("200", "1001") == "logged_in"
    rig.asterisk.db_put("CF/1001", "1002")
    desking.service.reconcile()
    with rig.calling(promises.CALLER, "1001"):
        rig.phones["1002"].wait_ringing()
        assert not rig.phones["200"].rang
    rig.asterisk.db_del("CF/1001")
    desking.service.reconcile()
    promises.direct_call(rig, "1001", "200")
