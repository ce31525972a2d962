"""FreePBX's own backup takes the pool, the settings and the history along, and its restore brings them back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.freepbx import promises
from tests.freepbx.machine import Machine
from tests.freepbx.office import PHONE, PHONE_2, SPARE_PHONE, VIRTUAL
from tests.freepbx.product import NAME, Desk, Product


def test_backup_and_restore(machine: Machine, hotdesk: Product, desk: Desk) -> None:
    if "backup" not in machine.modules:
        pytest.skip("FreePBX acceptance: FreePBX's module backup is not installed")
    # At the time of the backup somebody sits there who has gone by the time of the restore.
    assert desk.log_in(PHONE.number, VIRTUAL.number) == "logged_in"
    hotdesk.command("settings", "set", "attempts", "5")
    pool = hotdesk.command("phones", "list")["phones"]
    with tempfile.TemporaryDirectory(prefix="hdsk-backup-") as folder:
        Path(folder).chmod(0o777)
        said = machine.fwconsole("backup", f"--backupsingle={NAME}", f"--singlesaveto={folder}")
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        assert len(files) == 1, (said, files)
        assert desk.log_out(PHONE.number) == "logged_out"
        hotdesk.command("settings", "set", "attempts", "2")
        hotdesk.command("phones", "remove", PHONE.number, "--yes")
        assert desk.log_in(PHONE_2.number, VIRTUAL.number) == "logged_in"
        said = machine.fwconsole("backup", f"--restoresingle={files[0]}")
    assert _settings(hotdesk)["attempts"] == "5", said
    assert [one["device"] for one in hotdesk.command("phones", "list")["phones"]] == [one["device"] for one in pool]
    # Nobody has been logged in by the restore, and nobody out.
    assert hotdesk.seats() == {PHONE_2.number: VIRTUAL.number}
    assert promises.broken(desk.telephones, VIRTUAL.number, PHONE_2.number, *promises.FEW) == {}
    machine.reload()
    assert desk.log_in(SPARE_PHONE.number, VIRTUAL.number) == "logged_in"
    assert not [path for path in hotdesk.state.iterdir() if path.name.startswith("backup-")]


def _settings(hotdesk: Product) -> dict[str, str]:
    return {one["name"]: str(one["value"]) for one in hotdesk.command("settings", "list")["settings"]}
