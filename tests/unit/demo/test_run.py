from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from hotdesk_module.demo.run import ROOT, free_port, prepare_database


def test_the_database_holds_freepbxs_tables(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    prepare_database(path)
    prepare_database(path)
    with closing(sqlite3.connect(path)) as connection:
        users = connection.execute("SELECT extension, name, voicemail FROM users ORDER BY extension").fetchall()
        assert ("1003", "Ravi Patel", "default") in users and len(users) == 27
        # Virtual users have no device (V).
        devices = [row[0] for row in connection.execute("SELECT id FROM devices ORDER BY id")]
        assert len(devices) == 16 and not {"1002", "1003"} & set(devices)
        settings = dict(connection.execute("SELECT keyword, value FROM freepbx_settings"))
        assert settings["AMPEXTENSIONS"] == "extensions"
        codes = dict(connection.execute("SELECT featurename, defaultcode FROM featurecodes"))
        assert codes["userlogon"] == "*11"


def test_a_taken_port_is_passed_over() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_a_second_demo_on_the_same_files_says_where_the_first_one_is(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hotdesk_module.demo", "--port", "18480", "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            address = next(line for line in first.stdout if "http://" in line).split()[-1]
            second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
            assert (second.returncode, second.stderr.split()[-1]) == (1, address)
        finally:
            first.send_signal(signal.SIGTERM)
        assert "The demo has ended" in first.stdout.read()
    assert first.returncode == 0
