"""The same source gives the same bytes, wherever it lies and whoever builds it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.package.conftest import build
from tools.package import source
from tools.package.__main__ import ROOT

pytestmark = pytest.mark.package


def test_two_builds_are_the_same_to_the_byte(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one from a copy elsewhere, of files of another date, by somebody with another umask and time zone."""
    copy = tmp_path / "another place"
    for name in git(ROOT, "ls-files", "-z").rstrip("\0").split("\0"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all", "--force")
    (copy / "hotdesk_module" / "stray.py").write_text("never added\n")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(source.date(ROOT)))
    before = os.umask(0o077)
    try:
        again = build(copy, tmp_path / "out")
    finally:
        os.umask(before)
    assert again.name == package.name
    assert again.read_bytes() == package.read_bytes()


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout
