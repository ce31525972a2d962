"""The dialplan as data and as text."""

from __future__ import annotations

from hotdesk_module import dialplan
from hotdesk_module.core.model import Phone
from hotdesk_module.dialplan import Dialplan, Step

SCRIPT = "/module/agi-bin/hotdesk.py"


def built(*phones: Phone, login: str = "*11", logout: str = "*12") -> Dialplan:
    return dialplan.build(SCRIPT, login, logout, phones)


def apps(plan: Dialplan, extension: str) -> list[str]:
    return [s.app for s in plan.steps if (s.context, s.extension) == (dialplan.CODES, extension)]


def test_each_code_calls_the_script_by_its_path_and_then_hears_how_it_went() -> None:
    plan = built()
    assert apps(plan, "*11") == [f"AGI({SCRIPT},login)", "Goto(app-hotdesk-end,s,1)"]
    assert apps(plan, "_*11X.") == [f"AGI({SCRIPT},login,${{EXTEN:3}})", "Goto(app-hotdesk-end,s,1)"]
    assert apps(plan, "*12") == [f"AGI({SCRIPT},logout)", "Goto(app-hotdesk-end,s,1)"]


def test_the_extension_behind_a_longer_code_is_cut_off_where_the_code_ends() -> None:
    assert apps(built(login="*4444"), "_*4444X.")[0] == f"AGI({SCRIPT},login,${{EXTEN:5}})"


def test_own_codes_name_themselves_so_that_the_script_can_ask_whose_they_are() -> None:
    plan = built(Phone("200", login_code="*55", logout_code="*56"), Phone("201", login_code="*55"))
    assert apps(plan, "*55") == [f"AGI({SCRIPT},own-login,*55)", "Goto(app-hotdesk-end,s,1)"]
    assert apps(plan, "_*55X.")[0] == f"AGI({SCRIPT},own-login,*55,${{EXTEN:3}})"
    assert apps(plan, "*56")[0] == f"AGI({SCRIPT},own-logout,*56)"


def test_an_own_code_that_is_the_general_one_adds_nothing() -> None:
    assert built(Phone("200", login_code="*11", logout_code="*12")) == built()


def test_the_codes_are_included_before_the_target_and_both_where_core_includes_its_own() -> None:
    assert built().includes == (
        ("from-internal-additional", "app-hotdesk"),
        ("from-internal-additional", "app-hotdesk-target"),
    )


def test_nothing_uses_an_application_that_asterisk_21_no_longer_has() -> None:
    assert not [s for s in built().steps if s.app.startswith("Macro")]


def test_callers_from_outside_cannot_transfer_by_keys() -> None:
    target = [s.app for s in built().steps if s.context == dialplan.TARGET]
    strip = next(n for n, app in enumerate(target) if "INBOUND" in app and "STRREPLACE(HDSK_OPTIONS,T)" in app)
    dial = next(n for n, app in enumerate(target) if app.startswith("Dial("))
    assert strip < dial
    assert "${HDSK_OPTIONS}" in target[dial]


def test_a_forward_that_was_left_over_rings_nothing_where_nobody_or_only_the_phone_itself_is_at_home() -> None:
    guard = next(s.app for s in built().steps if s.context == dialplan.TARGET and s.app.startswith("GotoIf"))
    for rest in ('""', '"${HDSK_PHONE}"', '"${DB(DEVICE/${HDSK_PHONE}/default_user)}"'):
        assert f'"${{HDSK_USER}}" = {rest}' in guard


def test_a_code_that_an_administrator_disabled_is_not_in_the_dialplan() -> None:
    assert {s.extension for s in built(login="").steps if s.context == dialplan.CODES} == {"*12"}
    assert {s.extension for s in built(logout="").steps if s.context == dialplan.CODES} == {"*11", "_*11X."}


def test_the_text_says_what_the_data_say() -> None:
    steps = (
        Step("inner", "s", "", "NoOp()"),
        Step("inner", "s", "end", "Hangup()"),
        Step("other", "h", "", "Return()"),
    )
    plan = Dialplan((("outer", "inner"),), steps)
    assert dialplan.as_text(plan).splitlines() == [
        "[outer]",
        "include => inner",
        "",
        "[inner]",
        "exten => s,1,NoOp()",
        "exten => s,n(end),Hangup()",
        "",
        "[other]",
        "exten => h,1,Return()",
    ]
    assert dialplan.as_data(plan) == {
        "includes": [["outer", "inner"]],
        "extensions": [["inner", "s", "", "NoOp()"], ["inner", "s", "end", "Hangup()"], ["other", "h", "", "Return()"]],
    }
