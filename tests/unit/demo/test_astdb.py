from __future__ import annotations

from pathlib import Path

from hotdesk_module.demo.astdb import AstDb, Change
from hotdesk_module.demo.monitor import Monitor


def test_family_and_key_are_one_path() -> None:
    db = AstDb(Monitor())
    db.put("AMPUSER", "1001/device", "200")
    assert db.get("AMPUSER/1001", "device") == "200"
    assert db.value("AMPUSER/1001/device") == "200"


def test_a_tree_ends_at_a_slash() -> None:
    db = AstDb(Monitor())
    db.put("DEVICE", "20/user", "20")
    db.put("DEVICE", "200/user", "200")
    assert db.delete_tree("DEVICE", "20") == 1
    assert db.show() == [("DEVICE/200/user", "200")]


def test_listeners_hear_changes_and_only_changes() -> None:
    db = AstDb(Monitor())
    heard: list[Change] = []
    db.listen(heard.append)
    db.put("CF", "1001", "HD200")
    db.put("CF", "1001", "HD200")
    assert db.delete("CF", "1001")
    assert not db.delete("CF", "1001")
    assert [(change.key, change.old, change.new) for change in heard] == [
        ("CF/1001", None, "HD200"),
        ("CF/1001", "HD200", None),
    ]


def test_a_restart_keeps_the_keys(tmp_path: Path) -> None:
    AstDb(Monitor(), tmp_path / "astdb.json").put("DND", "1001", "YES")
    assert AstDb(Monitor(), tmp_path / "astdb.json").value("DND/1001") == "YES"


def test_what_changes_together_is_written_once_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "astdb.json"
    db = AstDb(Monitor(), path)
    with db.together():
        db.put("CF", "1001", "HD200")
        db.put("CF", "1002", "HD201")
        assert not path.exists()
    assert AstDb(Monitor(), path).show() == [("CF/1001", "HD200"), ("CF/1002", "HD201")]
