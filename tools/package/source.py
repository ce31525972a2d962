"""What goes into the package from the source tree: the files git tracks, less those for development.

Git's list, so that nothing that merely lies about is shipped; the working tree's text, so that what is tried out need
not be committed first.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from tools.package.entry import Entry, PackageError

# Each name at the top of the source tree is in one of the two: a new one is neither shipped nor left out by chance.
SHIPPED = {
    *("module.xml", "install.py", "uninstall.py", "agi-bin", "bin", "bridge", "hotdesk_module"),
    *("README.md", "LICENSE", "CHANGELOG.md", "docs"),
    # FreePBX's own names for what a module brings.
    *("Console", "assets", "views", "i18n"),
}
SHIPPED_SUFFIXES = (".php",)
# Pictures of the documents: nobody looks at them on a PBX, and every upload would carry them.
PICTURES = (".png",)
FOR_DEVELOPMENT = {
    *("benchmarks", "tests", "tools", ".ci"),
    *(".gitignore", "Makefile", "setup.cfg", "ruff.toml", "CONTRIBUTING.md"),
}

# It names the file, and FreePBX compares it.
_VERSION = re.compile(r"\d+(\.\d+)+((alpha|beta|rc)\d+)?")
_EXECUTABLE = "100755"
_SYMLINK = "120000"


def version(root: Path) -> str:
    """Return the version in module.xml, which is the one FreePBX sees."""
    found = ElementTree.parse(root / "module.xml").getroot().findtext("version", "")
    if not _VERSION.fullmatch(found):
        raise PackageError(f"module.xml has the version {found!r}, which is none.")
    return found


def files(root: Path) -> Iterator[Entry]:
    """Yield the files to ship, as they are in the working tree."""
    for line in filter(None, _git(root, "ls-files", "-z", "--stage").split("\0")):
        description, path = line.split("\t", 1)
        if not is_shipped(path):
            continue
        mode = description.split()[0]
        if mode == _SYMLINK:
            raise PackageError(f"{path} is a symbolic link, which an upload in Module Admin need not keep.")
        try:
            yield Entry(path, (root / path).read_bytes(), mode == _EXECUTABLE)
        except FileNotFoundError:
            raise PackageError(f"Git tracks {path}, which is not there. Restore it, or git rm it.") from None


def is_shipped(path: str) -> bool:
    """Say whether a file is for administrators or for developers."""
    top = path.split("/")[0]
    if top in FOR_DEVELOPMENT or path.endswith(PICTURES):
        return False
    if top in SHIPPED or path.endswith(SHIPPED_SUFFIXES):
        return True
    raise PackageError(f"Is {top} shipped or for development? Say so in tools/package/source.py.")


def date(root: Path) -> int:
    """Return the time all files get, in seconds since the epoch: SOURCE_DATE_EPOCH, or that of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or _git(root, "log", "-1", "--format=%ct"))


def is_committed(root: Path) -> bool:
    """Say whether somebody else could build the same from the last commit."""
    return not _git(root, "status", "--porcelain", "--untracked-files=no")


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise PackageError("git is not installed; it knows which files belong to the product.") from None
    if done.returncode:
        raise PackageError(f"it takes a clone of the repository; git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
