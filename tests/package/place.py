"""A place where the package is unpacked: this machine, or another release of Debian in a folder.

Nothing of the development tree is there: an empty environment, the system's own Python, no virtual environment. The
module belongs to the web server's user, as FreePBX's modules do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.rig import shell
from tests.support.rig.debian import Release

# Debian's web user; the number is the same in every release, so the folder belongs to it inside and outside.
OWNER = "www-data"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"
# Runs a command in a folder of Debian, with ours mounted in it for as long as the command runs.
_ENTER = """root=$1 home=$2 user=$3; shift 3
mount --bind "$home" "$root/mnt"
mount -t proc proc "$root/proc"
exec chroot --userspec="$user" "$root" "$@"
"""


def missing(release: Release) -> list[str]:
    """What keeps this machine from running a program in a folder of Debian, in words for a skip reason."""
    lacks = release.missing()
    if not lacks and subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        lacks.append("the right to mount")
    return lacks


class Place:
    """One unpacked package and what it writes; `close` removes it."""

    def __init__(self, package: Path, root: Path | None) -> None:
        """`root`: the folder of another Debian; None is this machine."""
        self.root = root
        self.home = shell.temporary_folder("package")
        self.seen = Path("/mnt") if root else self.home
        self.module = self.seen / "hotdesk"
        self.environment = {"PATH": PATH}
        # As Module Admin does it.
        shell.run(["tar", "xzf", str(package), "-C", str(self.home)])

    def close(self) -> None:
        shutil.rmtree(self.home)

    def hand_over(self) -> None:
        """Give all that is there to the web server's user."""
        if os.geteuid() == 0:
            shell.run(["chown", "-R", f"{OWNER}:", str(self.home)])

    def argv(self, *command: str | Path, user: str = "root") -> list[str]:
        """Return what runs a command there; a user counts only where root is the one who asks."""
        words = ["env", "-i", *(f"{k}={v}" for k, v in self.environment.items()), *map(str, command)]
        if self.root is not None:
            enter = ["unshare", "--mount", "--propagation=private", "sh", "-ec", _ENTER, "sh"]
            return [*enter, str(self.root), str(self.home), user, *words]
        if os.geteuid() == 0 and user != "root":
            return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *words]
        return words

    def run(self, *command: str | Path, user: str = "root") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*command, user=user), capture_output=True, text=True, check=False, timeout=120, cwd="/"
        )

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a script of the module as FreePBX's bridge does."""
        return self.run("sh", self.module / "hotdesk_module/python.sh", self.module / name, *arguments)

    def hotdesk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.module / "bin/hotdesk", *arguments)
