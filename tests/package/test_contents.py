"""What is in the package, and what is not."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotdesk_module import __version__
from tools.package import lock, source, vendor
from tools.package.__main__ import ROOT
from tools.package.entry import PackageError

pytestmark = pytest.mark.package

# It was 2,646,028 when this was last looked at; the limit is to notice what creeps in.
MOST_BYTES = 2_800_000
COMPILED = (".so", ".pyd", ".pyc", ".dll", ".dylib", ".o", ".exe")


@pytest.fixture(scope="module")
def members(package: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(package) as tar:
        return tar.getmembers()


@pytest.fixture(scope="module")
def texts(package: Path) -> dict[str, bytes]:
    """The files' contents by their paths below the top folder."""
    with tarfile.open(package) as tar:
        files = [(m, tar.extractfile(m)) for m in tar if m.isfile()]
        return {m.name.split("/", 1)[1]: stream.read() for m, stream in files if stream}


def test_its_name_has_the_version_that_all_agree_on(package: Path, texts: dict[str, bytes]) -> None:
    declared = ElementTree.parse(io.BytesIO(texts["module.xml"])).getroot()
    assert package.name == f"hotdesk-{declared.findtext('version')}.tgz"
    assert declared.findtext("rawname") == "hotdesk"
    assert declared.findtext("version") == __version__
    assert f"\nversion = {__version__}\n" in (ROOT / "setup.cfg").read_text()


def test_there_is_one_folder_at_the_top_and_no_hidden_file_in_it(members: list[tarfile.TarInfo]) -> None:
    assert {m.name.split("/")[0] for m in members} == {"hotdesk"}
    assert not [m.name for m in members if "/." in m.name]


def test_everything_is_a_plain_file_or_folder_of_roots_with_a_plain_mode(members: list[tarfile.TarInfo]) -> None:
    for member in members:
        assert member.isfile() or member.isdir(), member.name
        assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", ""), member.name
        assert member.mode in ({0o755} if member.isdir() else {0o644, 0o755}), member.name
    assert len({m.mtime for m in members}) == 1
    executable = {m.name for m in members if m.isfile() and m.mode == 0o755}
    assert {"hotdesk/bin/hotdesk", "hotdesk/agi-bin/hotdesk.py"} <= executable
    assert not [name for name in executable if "/vendor/" in name]


def test_the_product_is_in_it_and_development_is_not(texts: dict[str, bytes]) -> None:
    for wanted in ("module.xml", "install.py", "uninstall.py", "README.md", "LICENSE", "CHANGELOG.md", "docs/cli.md"):
        assert wanted in texts
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    product = ("hotdesk_module/", "agi-bin/", "bin/")
    for path in tracked:
        if path.startswith(product) or (path.endswith(".php") and not path.startswith(("tests/", "tools/"))):
            assert texts[path] == (ROOT / path).read_bytes()
    # What was never meant for anybody's PBX.
    assert not {path.split("/")[0] for path in texts} & source.FOR_DEVELOPMENT


def test_a_link_in_a_document_leads_to_a_document_that_is_there(texts: dict[str, bytes]) -> None:
    for path, text in texts.items():
        if path.endswith(".md") and path.split("/")[0] in ("README.md", "CHANGELOG.md", "docs", "vendor"):
            # What is indented is to be typed, and no link.
            prose = re.sub(r"(?m)^ {6,}\S.*$", "", text.decode())
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
                if target.endswith(source.PICTURES):
                    # Left out; its words stand for it. In the source tree it has to be there.
                    assert (ROOT / path).parent.joinpath(target).is_file(), f"{path} shows {target}"
                    continue
                assert (Path(path).parent / target).as_posix() in texts, f"{path} leads to {target}"


def test_nothing_is_compiled(texts: dict[str, bytes]) -> None:
    assert not [path for path in texts if path.endswith(COMPILED) or text_is_binary(texts[path])]


def text_is_binary(text: bytes) -> bool:
    return text.startswith((b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"))


def test_nothing_tells_where_it_was_built(texts: dict[str, bytes]) -> None:
    for path, text in texts.items():
        assert str(ROOT).encode() not in text, path
        assert str(Path.home()).encode() + b"/" not in text, path


def test_every_package_has_its_licence_and_a_line_in_the_index(texts: dict[str, bytes]) -> None:
    rows = [line for line in texts["vendor/README.md"].decode().splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(lock.pins())
    for pin in lock.pins():
        row = next(row for row in rows if row.startswith(f"| {pin.name} | {pin.version} | "))
        licences = re.findall(r"\]\(([^)]+)\)", row)
        assert licences
        assert all(len(texts[f"vendor/{path}"]) > 300 for path in licences)
        assert re.search(r"<https://[^>]+>", row)


def test_python_finds_the_version_of_every_package(texts: dict[str, bytes]) -> None:
    found = {path for path in texts if path.endswith(".dist-info/METADATA")}
    assert len(found) == len(lock.pins())
    assert not [path for path in texts if ".dist-info/" in path and path.endswith(("RECORD", "INSTALLER", ".json"))]


def test_it_is_small(package: Path) -> None:
    assert package.stat().st_size < MOST_BYTES


def test_a_new_name_at_the_top_has_to_be_declared() -> None:
    assert source.is_shipped("Hotdesk.class.php")
    assert source.is_shipped("hotdesk_module/core/plan.py")
    assert not source.is_shipped("tests/bridge/stand_in.php")
    with pytest.raises(PackageError, match="Is notes shipped or for development"):
        source.is_shipped("notes/todo.txt")


@pytest.mark.parametrize(
    ("name", "useful"),
    [
        ("x/core.py", True),
        ("x/locale/de/x.mo", True),
        ("x/testing.py", True),
        ("x/testing/plugin.py", False),
        ("x/tests/test_core.py", False),
        ("x/_speedups.c", False),
        ("x/_speedups.cpython-39-x86_64-linux-gnu.so", False),
        ("x/py.typed", False),
        ("x-1.dist-info/METADATA", True),
        ("x-1.dist-info/RECORD", False),
    ],
)
def test_of_a_package_only_what_runs_is_taken(name: str, useful: bool) -> None:
    assert vendor.is_useful(name, "x-1.dist-info") is useful
