"""FreePBX's reload: our dialplan as Python says it, and a reload that succeeds without Python."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bridge.world import World


def _lines(world: World) -> Any:
    return world.call("dialplan").result


def _expected(world: World) -> list[list[str]]:
    data = world.hotdesk("dialplan", "--state", str(world.state))
    kinds = {"include": "includes", "line": "extensions", "global": "globals", "hint": "hints"}
    return [[kind, *row] for kind, rows in kinds.items() for row in data[rows]]


def test_our_includes_come_before_those_of_core_and_of_find_me_follow_me(world: World) -> None:
    assert world.call("myDialplanHooks").result == 50


def test_the_dialplan_is_what_python_says_to_the_letter(world: World) -> None:
    lines = _lines(world)
    assert lines == _expected(world)
    assert ["include", "from-internal-additional", "app-hotdesk"] in lines
    assert any(line[:3] == ["line", "app-hotdesk", "*11"] and line[4].startswith("AGI(/") for line in lines)
    assert ["global", "CONNECTED_LINE_SEND_SUB", "app-hotdesk-shown,s,1"] in lines
    assert ["hint", "app-hotdesk", "_*15X.", "Custom:HDSK${EXTEN:3}"] in lines
    assert world.notices() == {}


BAD = {
    "an error": 'echo \'{"error":{"code":"bad_config","message":"No such thing."}}\'; exit 5',
    "a traceback": "echo 'ImportError: no module named click' >&2; exit 1",
    "no JSON": "echo Segmentation fault",
    "another shape": "echo '[]'",
    "no lines": """echo '{"includes":[],"extensions":[]}'""",
    "a line break": """printf '{"includes":[],"extensions":[["a","b","","NoOp()\\\\nexten => x"]]}'""",
    "an empty word": """echo '{"includes":[["a",""]],"extensions":[["a","b","","c"]]}'""",
    "a number": """echo '{"includes":[],"extensions":[["a","b",1,"c"]]}'""",
    "a hint without a device": """echo '{"includes":[],"extensions":[["a","b","","c"]],"hints":[["a","b",""]]}'""",
    "a row too short": """echo '{"includes":[],"extensions":[["a","b","c"]]}'""",
    "a variable without value": """echo '{"includes":[],"extensions":[["a","b","","c"]],"globals":[["d",""]]}'""",
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_with_a_python_that_answers_badly_the_last_good_dialplan_is_used(world: World, answer: str) -> None:
    good = _lines(world)
    world.break_python(answer)
    assert _lines(world) == good
    notice = world.notices()["DIALPLAN"]
    assert notice["level"] == 400
    assert notice["display_text"] == "Hot desking: the dialplan of the last good reload is in force"
    assert "fwconsole hotdesk dialplan" in notice["extended_text"]
    world.mend_python()
    assert _lines(world) == good
    assert world.notices() == {}


def test_when_python_is_mended_the_job_takes_the_notification_back(world: World) -> None:
    _lines(world)
    world.break_python("exit 1")
    _lines(world)
    world.call("job")
    assert "DIALPLAN" in world.notices()
    world.mend_python()
    world.call("job")
    assert "DIALPLAN" not in world.notices()


def test_where_the_dialplan_would_be_another_one_by_now_apply_config_is_lit(world: World) -> None:
    world.break_python("exit 1")
    assert _lines(world) == []
    world.mend_python()
    world.call("job")
    assert world.notices()["DIALPLAN"]["display_text"] == "Hot desking: apply the configuration"
    assert world["needreload"] is True
    assert _lines(world) != []
    assert "DIALPLAN" not in world.notices()


def test_the_notification_says_what_python_said(world: World) -> None:
    world.break_python(BAD["an error"])
    _lines(world)
    assert "No such thing." in world.notices()["DIALPLAN"]["extended_text"]
    world.break_python(BAD["a traceback"])
    _lines(world)
    assert "no module named click" in world.notices()["DIALPLAN"]["extended_text"]


def test_a_reload_does_not_wait_for_a_python_that_hangs(world: World) -> None:
    good = _lines(world)
    world["patience"] = 1
    world.break_python("exec sleep 60")
    assert _lines(world) == good
    assert "within 1 seconds" in world.notices()["DIALPLAN"]["extended_text"]


def test_without_python_and_without_an_earlier_dialplan_nothing_is_added(world: World) -> None:
    (world.module / "hotdesk_module/python.sh").unlink()
    assert _lines(world) == []
    assert world.notices()["DIALPLAN"]["display_text"] == "Hot desking: the login codes do not work"


def test_a_copy_that_an_older_version_saved_is_a_dialplan_too(world: World) -> None:
    _lines(world)
    (world.state / "dialplan.json").write_text(
        json.dumps({"includes": [["a", "b"]], "extensions": [["b", "c", "", "d"]]})
    )
    world.break_python("exit 1")
    assert _lines(world) == [["include", "a", "b"], ["line", "b", "c", "", "d"]]


def test_a_damaged_copy_of_the_last_dialplan_is_no_dialplan(world: World) -> None:
    _lines(world)
    (world.state / "dialplan.json").write_text(json.dumps({"includes": [["a"]], "extensions": [["a", "b", "", "c"]]}))
    world.break_python("exit 1")
    assert _lines(world) == []


def test_the_copy_of_a_version_that_had_no_hints_is_used(world: World) -> None:
    good = _lines(world)
    copy = world.state / "dialplan.json"
    copy.write_text(json.dumps({k: v for k, v in json.loads(copy.read_text()).items() if k != "hints"}))
    world.break_python("exit 1")
    assert _lines(world) == [line for line in good if line[0] != "hint"]


def test_a_notification_that_stands_already_is_not_shown_again_to_whoever_dismissed_it(world: World) -> None:
    world.break_python("exit 1")
    _lines(world)
    _lines(world)
    assert world["notified"] == ["DIALPLAN"]


def test_where_the_copy_cannot_be_kept_the_reload_goes_on(world: World) -> None:
    world.state.parent.rmdir() if not any(world.state.parent.iterdir()) else None
    world.state.write_text("a file in the place of our folder")
    assert _lines(world) == _expected(world)
    assert any("cannot be" in line for line in world["log"])
    world.state.unlink()
