"""The package, installed and running with nothing but the system's Python: this machine's, the oldest, the newest."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from hotdesk_module import __version__
from hotdesk_module.demo import cast
from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.module_codes import Generated
from tests.package.conftest import Installation
from tests.package.ping import ping
from tests.package.place import OWNER
from tests.support.rig.shell import start, stop, wait_until
from tests.unit.demo.hand import Hand

pytestmark = pytest.mark.package

# Imports everything there is, and tells what came from elsewhere.
IMPORTS = """
import importlib, json, pathlib, pkgutil, sys
module = pathlib.Path(sys.argv[1])
vendor = module / "vendor"
sys.path[:0] = [str(module), str(vendor)]
names = {p.stem for p in vendor.iterdir() if p.suffix in ("", ".py")}
for name in sorted(names):
    importlib.import_module(name)
import hotdesk_module
for found in pkgutil.walk_packages(hotdesk_module.__path__, "hotdesk_module."):
    # Those run when they are imported.
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
files = {name: getattr(m, "__file__", None) or "" for name, m in list(sys.modules.items())}
ours = [name for name, file in files.items() if file.startswith(str(module))]
elsewhere = {name.split(".")[0] for name, file in files.items() if "-packages/" in file}
print(json.dumps({"ours": len(ours), "vendored": sorted(names), "elsewhere": sorted(elsewhere)}))
"""


@pytest.fixture(scope="module")
def installation(unpacked: Installation) -> Installation:
    """The package, installed; twice, for whoever clicks Install again."""
    for _ in range(2):
        done = unpacked.place.script("install.py")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].endswith("3 phones in the pool; Asterisk answers")
        assert done.stderr == ""
    return unpacked


def test_everything_can_be_imported_and_nothing_warns(unpacked: Installation) -> None:
    """Compiled again for the occasion, for that is when a Python complains about what it will no longer understand."""
    place = unpacked.place
    (place.home / "imports.py").write_text(IMPORTS)
    options = ["-I", "-W", "error", "-X", f"pycache_prefix={place.seen}/nowhere", "-B"]
    done = place.run("python3", *options, place.seen / "imports.py", place.module, user=OWNER)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["ours"] > 200
    # This machine may have what a package uses only where it is there: cryptography, for one.
    if place.root is None:
        assert not set(found["elsewhere"]) & set(found["vendored"])
    else:
        assert found["elsewhere"] == []


def test_it_runs_on_the_python_this_test_is_about(request: pytest.FixtureRequest, installation: Installation) -> None:
    place = installation.place
    interpreter = (place.home / "hotdesk/interpreter").read_text().strip()
    version = place.run(interpreter, "-c", "import sys; print(*sys.version_info[:2], sys.prefix == sys.base_prefix)")
    major, minor, outside = version.stdout.split()
    assert outside == "True"
    release = request.node.callspec.params["unpacked"]
    if release == "bullseye":
        assert (int(major), int(minor)) == (3, 9)
    elif release == "sid":
        assert (int(major), int(minor)) >= (3, 13)


def test_the_command_line_answers(installation: Installation) -> None:
    assert installation.place.hotdesk("--version").stdout == f"{__version__}\n"
    phones = installation.place.hotdesk("phones", "list").stdout
    assert all(desk.label in phones for desk in cast.DESKS if desk.shared)


def test_the_daemon_answers_and_stops_when_it_is_told(installation: Installation) -> None:
    place = installation.place
    panel = str(place.home / "state/panel.sock")
    command = place.argv(place.module / "bin/hotdesk", "serve", "--state", place.seen / "state")
    log = place.home / "daemon.log"
    daemon = start(command, log)

    def answer() -> str | None:
        assert daemon.poll() is None, log.read_text()
        return ping(panel)

    try:
        assert wait_until(answer, "the daemon answers", timeout=20).strip() == "pong"
        done = place.hotdesk("serve", "--stop", "--state", f"{place.seen}/state")
        assert done.returncode == 0, done.stderr
        assert daemon.wait(10) == 0
        assert ping(panel) is None
    finally:
        stop(daemon)


def test_somebody_logs_in_at_a_phone_and_out_again(installation: Installation, tmp_path: Path) -> None:
    place, pbx = installation
    interpreter = (place.home / "hotdesk/interpreter").read_text().strip()
    script = tmp_path / "agi"
    # As the dialplan has it: the interpreter, and the script as its argument.
    command = place.argv(interpreter, "-I", place.module / "agi-bin/hotdesk.py", user=OWNER)
    script.write_text(f'exec {shlex.join(command)} "$@"\n')
    pbx.calls.script = AgiHost(pbx, script, {}, python="/bin/sh")
    pbx.calls.module = Generated(place.home / "demo.db")
    hand = Hand(pbx)
    person = cast.PEOPLE[1]
    hand.log_in("200", person.extension, person.pin)
    assert pbx.calls.seats() == {"200": person.extension}
    assert "3 phones, 1 occupied" in place.hotdesk("phones", "list").stdout
    done = place.script("uninstall.py")
    assert done.returncode == 0, done.stderr
    assert pbx.calls.seats() == {}
