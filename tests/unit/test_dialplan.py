"""The dialplan as data and as text."""

from __future__ import annotations

from hotdesk_module import dialplan
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Phone
from hotdesk_module.dialplan import Dialplan, Step, Watched

SCRIPT = "/module/agi-bin/hotdesk.py"


def built(*phones: Phone, **codes: str) -> Dialplan:
    return dialplan.build(SCRIPT, Codes(**codes), phones)


def apps(plan: Dialplan, extension: str) -> list[str]:
    return [s.app for s in plan.steps if (s.context, s.extension) == (dialplan.CODES, extension)]


def codes(**switched: str) -> list[str]:
    """Return the extensions of the codes, without those that tell and the key."""
    plan = built(**{"key": "", "where": "", "whose": "", **switched})
    return [s.extension for s in plan.steps if s.context == dialplan.CODES]


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


def test_a_login_key_and_the_places_of_people_are_one_pattern_each_with_a_lamp_for_every_number() -> None:
    plan = built()
    assert apps(plan, "_*15X.")[0] == f"AGI({SCRIPT},key,${{EXTEN:3}})"
    assert apps(plan, "*15")[0] == f"AGI({SCRIPT},key)"
    assert apps(plan, "_*16X.")[0] == f"AGI({SCRIPT},where,${{EXTEN:3}})"
    assert apps(plan, "_*17X.")[0] == f"AGI({SCRIPT},whose,${{EXTEN:3}})"
    assert plan.hints == (
        (dialplan.CODES, "_*15X.", "Custom:HDSK${EXTEN:3}"),
        (dialplan.CODES, "_*16X.", "Custom:HDSKU${EXTEN:3}"),
    )


def test_a_lamp_follows_its_code() -> None:
    assert built(key="*4444").hints[0][1:] == ("_*4444X.", "Custom:HDSK${EXTEN:5}")
    assert [h.extension for h in built(key="").hints] == ["_*16X."]


def test_of_two_codes_that_are_the_same_the_dialplan_has_the_first() -> None:
    plan = built(where="*11", whose="*12", key="*12")
    assert apps(plan, "*11") == [f"AGI({SCRIPT},login)", "Goto(app-hotdesk-end,s,1)"]
    assert apps(plan, "*12") == [f"AGI({SCRIPT},logout)", "Goto(app-hotdesk-end,s,1)"]
    assert plan.hints == ()


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
    assert set(codes(login="")) == {"*12"}
    assert set(codes(logout="")) == {"*11", "_*11X."}


def shown(extension: str) -> list[str]:
    return [s.app for s in built().steps if (s.context, s.extension) == (dialplan.SHOWN, extension)]


def test_what_core_runs_on_every_channel_that_it_dials_goes_on_behind_ours() -> None:
    assert [s[1:] for s in built().steps if s.context == dialplan.DIALLED] == [
        ("s", "", "Set(REALCALLERIDNUM=)"),
        ("s", "", f"Gosub({dialplan.SHOWN},own,1())"),
    ]
    assert shown("own")[-1] == "Return()"
    assert f"b({dialplan.DIALLED}^s^1)" in next(s.app for s in built().steps if s.app.startswith("Dial("))


def test_asterisk_is_told_where_to_look_before_it_tells_who_is_at_the_other_end() -> None:
    assert built().globals == (("CONNECTED_LINE_SEND_SUB", f"{dialplan.SHOWN},s,1"),)
    assert shown("s")[0] == f"Gosub({dialplan.SHOWN},own,1())"


def test_a_number_that_a_stranger_may_tell_is_in_no_expression_before_it_is_known_to_be_a_device() -> None:
    """A quotation mark would break it, and what a GotoIf does then is not what it says."""
    steps = shown("s")
    known = steps.index('GotoIf($["${user}" = ""]?done)')
    assert not [s for s in steps[:known] if "$[" in s and "(num)" in s]


def test_nothing_that_is_set_on_the_way_is_sent_before_all_of_it_is() -> None:
    told = [s for s in shown("s") if s.startswith("Set(CONNECTEDLINE(")]
    assert [s.partition("=")[0] for s in told] == [f"Set(CONNECTEDLINE({part},i)" for part in ("name", "num", "tag")]


def test_the_phone_stays_the_one_that_transfers_whatever_number_it_has() -> None:
    """Core takes the Emergency CID of REALCALLERIDNUM's device; one underscore, for it must not go two channels far."""
    own = shown("own")
    assert own.index("Set(_REALCALLERIDNUM=${phone})") < own.index("Set(CALLERID(num)=${user})")


def test_the_text_says_what_the_data_say() -> None:
    steps = (
        Step("inner", "s", "", "NoOp()"),
        Step("inner", "s", "end", "Hangup()"),
        Step("other", "h", "", "Return()"),
    )
    plan = Dialplan(
        (("outer", "inner"),), steps, (("NAME", "value"),), (Watched("inner", "_*1X.", "Custom:A${EXTEN:2}"),)
    )
    assert dialplan.as_text(plan).splitlines() == [
        "[globals]",
        "NAME = value",
        "",
        "[outer]",
        "include => inner",
        "",
        "[inner]",
        "exten => s,1,NoOp()",
        "exten => s,n(end),Hangup()",
        "",
        "[other]",
        "exten => h,1,Return()",
        "",
        "[inner]",
        "exten => _*1X.,hint,Custom:A${EXTEN:2}",
    ]
    assert dialplan.as_data(plan) == {
        "includes": [["outer", "inner"]],
        "extensions": [["inner", "s", "", "NoOp()"], ["inner", "s", "end", "Hangup()"], ["other", "h", "", "Return()"]],
        "globals": [["NAME", "value"]],
        "hints": [["inner", "_*1X.", "Custom:A${EXTEN:2}"]],
    }
