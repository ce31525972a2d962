"""The module's codes, by the dialplan that is generated for FreePBX."""

from __future__ import annotations

import pytest

from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Phone
from hotdesk_module.demo.module_codes import generate, script_arguments

PLAN = generate(phones=[Phone("201", "Window desk", login_code="*55", logout_code="*56")])


@pytest.mark.parametrize(
    ("digits", "arguments"),
    [
        ("*11", ["login"]),
        ("*111003", ["login", "1003"]),
        ("*12", ["logout"]),
        ("*55", ["own-login", "*55"]),
        ("*551003", ["own-login", "*55", "1003"]),
        ("*56", ["own-logout", "*56"]),
        # A pattern ends in at least two digits, the first of them not * or #.
        ("*111", None),
        ("*11*1", None),
        ("*561", None),
        ("*15", ["key"]),
        ("*15201", ["key", "201"]),
        ("*16", ["where"]),
        ("*161003", ["where", "1003"]),
        ("*17", ["whose"]),
        ("*17201", ["whose", "201"]),
        ("*97", None),
        ("1003", None),
    ],
)
def test_digits_lead_to_the_script_as_the_generated_dialplan_says(digits: str, arguments: list[str] | None) -> None:
    assert script_arguments(PLAN, digits) == arguments


def test_other_feature_codes_in_freepbx_are_followed() -> None:
    assert script_arguments(generate(Codes("*21", "*22")), "*211003") == ["login", "1003"]
    assert script_arguments(generate(Codes("*21", "*22")), "*11") is None
