"""The package, built once for all tests that look at it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.pace import HURRIED
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.run import prepare_database
from tests.package.place import Place, missing
from tests.support.rig.debian import BULLSEYE, SID, Release
from tools.package.__main__ import ROOT

RELEASES: dict[str, Release | None] = {"this machine": None, "bullseye": BULLSEYE, "sid": SID}


def build(root: Path, folder: Path) -> Path:
    """Build the package of a source tree as ``make package`` does; downloads are kept with this tree's own."""
    command = [sys.executable, "-m", "tools.package", "--to", str(folder), "--wheels", str(ROOT / "dist/wheels")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.tgz"))


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this source tree."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("a package is built with git, in a clone of the repository")
    return build(ROOT, tmp_path_factory.mktemp("package"))


class Installation(NamedTuple):
    """The package in a place, before it is installed, and a PBX for it."""

    place: Place
    pbx: Pbx


@pytest.fixture(scope="module", params=RELEASES)
def unpacked(request: pytest.FixtureRequest, package: Path) -> Iterator[Installation]:
    """The package unpacked with each of the Pythons, beside the demo's database and PBX."""
    release = RELEASES[request.param]
    if release and (lacks := missing(release)):
        pytest.skip(f"running on the Python of {release.name} needs " + ", ".join(lacks))
    place = Place(package, release.find_or_make() if release else None)
    pbx = Pbx(place.home / "astdb.json", HURRIED)
    ami = AmiServer(pbx, "demo", "secret")
    ami.start()
    try:
        prepare_database(place.home / "demo.db")
        place.environment["HOTDESK_DATABASE"] = f"sqlite:///{place.seen}/demo.db"
        place.environment["HOTDESK_AMI"] = ami.url
        place.hand_over()
        yield Installation(place, pbx)
    finally:
        ami.stop()
        place.close()
