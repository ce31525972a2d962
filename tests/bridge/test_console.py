"""``fwconsole hotdesk …``: the command line, untouched."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest

from tests.bridge.world import HARNESS, World


def test_words_and_options_go_to_the_command_line_as_they_are(world: World) -> None:
    done = world.console("hotdesk", "phones", "edit", "200", "--label", "two  words & a $sign", "--json")
    assert done.returncode == 0, done.stderr
    assert world.hotdesk("phones", "list")["phones"][0]["label"] == "two  words & a $sign"


@pytest.mark.parametrize(
    ("words", "status"), [(("logout", "200"), 3), (("nonsense",), 2), (("login", "200", "9999"), 3), (("phones",), 0)]
)
def test_the_exit_status_is_the_commands(world: World, words: tuple[str, ...], status: int) -> None:
    assert world.console("hotdesk", *words).returncode == status


def test_what_is_written_and_what_goes_wrong_are_kept_apart(world: World) -> None:
    done = world.console("hotdesk", "logout", "200")
    assert done.stdout == ""
    assert done.stderr == "Error: Nobody is logged in at phone 200. (not_logged_in)\n"


def test_standard_input_is_the_commands(world: World) -> None:
    table = world.run("fwconsole.php", "hotdesk", "phones", "import", "-", stdin="device,label\n200,Desk\n")
    assert table.returncode == 0, table.stderr
    assert world.hotdesk("phones", "list")["phones"][0]["label"] == "Desk"


def test_questions_are_asked_on_the_terminal(world: World) -> None:
    world.hotdesk("login", "200", "1001")
    command = [*world.php, str(HARNESS / "fwconsole.php"), str(world.home / "world.json"), "hotdesk", "logout", "--all"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=world.environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(ours, 1024)
        os.write(ours, b"n\n")
        assert process.wait(30) == 1
    os.close(ours)
    assert len(world.hotdesk("sessions")["sessions"]) == 1


@pytest.mark.parametrize(
    ("words", "text"),
    [(("--help",), "Hot desking for FreePBX"), (("phones", "add", "-h"), "--login-code"), (("x", "--help"), "No such")],
)
def test_help_is_that_of_the_command_asked_about(world: World, words: tuple[str, ...], text: str) -> None:
    done = world.console("hotdesk", *words)
    assert (done.returncode, text in done.stdout) == (0, True), done.stdout + done.stderr
