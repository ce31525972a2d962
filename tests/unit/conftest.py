"""The command line, as several tests use it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

# 2026-11-03 14:32:05 in the zone below.
NOW = 1_793_712_725


@pytest.fixture
def hd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Return a terminal in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    terminal = Terminal(tmp_path, monkeypatch)
    terminal.clock.now = NOW
    yield terminal
    terminal.database.close()
    monkeypatch.undo()
    time.tzset()
