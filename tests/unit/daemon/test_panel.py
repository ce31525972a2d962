"""The panel's server: it ends whole, whatever wakes it first, and leaves no file open."""

from __future__ import annotations

import http.client
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from waitress.trigger import trigger

from hotdesk_module.daemon.panel import Panel


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    app = Flask("panel")
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.add_url_rule("/", view_func=lambda: "here")
    return Panel(app, str(tmp_path / "panel.sock"), logging.getLogger("test"))


def _open_files() -> set[str]:
    """Return the sockets and pipes that this process has open."""
    found = set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{fd}"))
        except FileNotFoundError:
            continue
    return {each for each in found if each.startswith(("socket:", "pipe:"))}


def _get(path: str) -> bytes:
    connection = http.client.HTTPConnection("panel")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(path)
    connection.request("GET", "/")
    body = connection.getresponse().read()
    connection.close()
    return body


def test_it_ends_and_leaves_nothing_open(panel: Panel, tmp_path: Path) -> None:
    before = _open_files()
    panel.start()
    assert _get(str(tmp_path / "panel.sock")) == b"here"
    panel.stop()
    assert _open_files() <= before
    assert not (tmp_path / "panel.sock").exists()


def test_it_ends_where_an_answer_wakes_it_before_we_do(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _open_files()
    panel.start()
    thread = panel._thread
    assert thread is not None
    pull: Callable[[trigger], None] = vars(trigger)["_physical_pull"]

    def pulled_by_an_answer_first(self: trigger) -> None:
        pull(self)
        # The loop does what it was woken for, to its end, before our own pull comes.
        thread.join(5)
        pull(self)

    monkeypatch.setattr(trigger, "_physical_pull", pulled_by_an_answer_first)
    panel.stop()
    assert not thread.is_alive()
    assert _open_files() <= before


def test_a_server_that_died_leaves_nothing_open_either(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _open_files()
    monkeypatch.setattr(Panel, "_run", lambda self: None)
    panel.start()
    assert panel._thread is not None
    panel._thread.join(5)
    panel.stop()
    assert _open_files() <= before
