"""The feature codes: FreePBX knows them, they come before core's, and what the administrator chose is kept."""

from __future__ import annotations

import re

import pytest

from tests.freepbx import office
from tests.freepbx.machine import Machine
from tests.freepbx.product import NAME, Desk, Product


def contexts(machine: Machine, number: str) -> list[str]:
    """Return the contexts in which a number is found from a phone, in the order in which they are looked at."""
    return re.findall(r"\[ (?:Included c|C)ontext '([^']+)'", machine.cli(f"dialplan show {number}@from-internal"))


def test_freepbx_knows_our_codes(machine: Machine) -> None:
    codes = machine.php("codes", {"module": NAME})
    usual = {"login": "*11", "logout": "*12", "key": "*15", "where": "*16", "whose": "*17"}
    assert codes == {name: {"default": code, "custom": "", "enabled": True} for name, code in usual.items()}


@pytest.mark.parametrize("number", ["*11", f"*11{office.VIRTUAL.number}", "*12"])
def test_ours_comes_before_cores_own_logon(machine: Machine, number: str) -> None:
    assert contexts(machine, number)[0] == "app-hotdesk", machine.cli(f"dialplan show {number}@from-internal")


@pytest.mark.parametrize(
    ("key", "lamp"),
    [
        (f"*15{office.PHONE.number}", f"Custom:HDSK{office.PHONE.number}"),
        (f"*16{office.VIRTUAL.number}", f"Custom:HDSKU{office.VIRTUAL.number}"),
    ],
)
def test_a_key_has_a_lamp_without_any_hint_of_its_own(machine: Machine, key: str, lamp: str) -> None:
    # To ask is to watch: Asterisk makes the hint from the pattern.
    machine.cli(f"dialplan eval function EXTENSION_STATE({key}@from-internal)")
    assert re.search(rf"'{re.escape(key)}' =>\s+hint: {lamp}\b", machine.cli("dialplan show app-hotdesk"))


def test_the_script_is_called_past_freepbxs_own_agi_server(machine: Machine) -> None:
    lines = re.findall(r"AGI\((.*)\)", machine.cli("dialplan show app-hotdesk"))
    assert lines
    assert not [line for line in lines if "agi://" in line or not line.startswith("/")]


def test_a_changed_code_is_in_force_and_outlives_an_upgrade(machine: Machine, hotdesk: Product, desk: Desk) -> None:
    machine.php("set-code", {"module": NAME, "feature": "login", "code": "*7711"})
    machine.reload()
    try:
        hotdesk.command("phones", "add", office.PHONE.number)
        assert desk.log_in(office.PHONE.number, office.VIRTUAL.number, code="*7711") == "logged_in"
        hotdesk.unpack(hotdesk.newer_version())
        hotdesk.install()
        machine.reload()
        assert machine.php("codes", {"module": NAME})["login"]["custom"] == "*7711"
        assert contexts(machine, "*7711")[:1] == ["app-hotdesk"]
        assert desk.log_out(office.PHONE.number) == "logged_out"
    finally:
        machine.php("set-code", {"module": NAME, "feature": "login", "code": ""})
        machine.reload()
        hotdesk.command("phones", "remove", office.PHONE.number, "--yes")
