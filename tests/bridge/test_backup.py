"""FreePBX's backup and restore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bridge.world import World


@pytest.fixture
def installed(world: World) -> World:
    """Return a FreePBX with our codes, a session and a phone with a label."""
    world.execute(
        "INSERT INTO featurecodes (modulename, featurename, defaultcode, customcode, enabled)"
        " VALUES ('hotdesk', 'login', '*11', '*55', 1)"
    )
    world.hotdesk("phones", "edit", "200", "--label", "Before")
    world.hotdesk("login", "200", "1001")
    return world


def test_a_backup_holds_the_pool_and_the_codes_and_tidies_up(installed: World) -> None:
    backup = installed.call("backup").result
    (file,) = backup["files"]
    assert backup["garbage"] == [file]
    assert Path(file).suffix == ".json" and Path(file).parent == installed.state
    assert Path(file).stat().st_mode & 0o777 == 0o600
    saved = json.loads(Path(file).read_text())
    assert "Before" in [p["label"] for p in saved["phones"]]
    assert "sessions" not in saved
    assert [code["customcode"] for code in backup["configs"]["features"]] == ["*55"]


def test_a_restore_brings_them_back_and_leaves_who_is_logged_in(installed: World) -> None:
    backup = installed.call("backup").result
    installed.hotdesk("phones", "edit", "200", "--label", "After")
    installed.call("restore", backup)
    phones = {p["device"]: p for p in installed.hotdesk("phones", "list")["phones"]}
    assert (phones["200"]["label"], phones["200"]["user"]) == ("Before", "1001")
    assert installed["imported_codes"] == backup["configs"]["features"]
    assert any("The pool has 3 phones" in line for line in installed["log"])


def test_a_backup_that_cannot_be_made_is_an_error_of_freepbxs_backup(installed: World) -> None:
    installed.environment["HOTDESK_DATABASE"] = "sqlite:////nowhere/ledger.db"
    done = installed.run("call.php", "backup")
    assert done.returncode != 0
    assert "Trouble" in done.stdout + done.stderr and "ledger.db" in done.stdout + done.stderr


def test_a_restore_of_something_else_is_an_error(installed: World, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    data = {"files": [str(other)], "configs": [], "garbage": []}
    done = installed.run("call.php", "restore", json.dumps(data))
    assert done.returncode != 0
    assert installed.hotdesk("phones", "list")["phones"][0]["label"] == "Before"
