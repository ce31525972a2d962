"""Write a tar file whose bytes depend on nothing but its contents."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tools.package.entry import Entry


def write(target: Path, top: str, entries: Iterable[Entry], date: int) -> None:
    """Write the files into one folder, sorted, all of them root's and of one date; ``top`` is the folder's name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    with (
        partial.open("wb") as raw,
        # Its header would have the file's name, and the time of compression.
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as stream,
        # Of the formats the one without extensions, which every tar reads alike; a name too long for it is an error.
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for info, data in sorted(_members(top, entries), key=lambda member: member[0].name):
            info.mtime = date
            tar.addfile(info, io.BytesIO(data))
    partial.replace(target)


def _members(top: str, entries: Iterable[Entry]) -> Iterable[tuple[tarfile.TarInfo, bytes]]:
    folders = {PurePosixPath(top)}
    for entry in entries:
        path = PurePosixPath(top, entry.path)
        folders.update(path.parents)
        info = tarfile.TarInfo(str(path))
        info.mode = 0o755 if entry.executable else 0o644
        info.size = len(entry.data)
        yield info, entry.data
    # Named too, for else the umask of whoever unpacks decides who may enter them.
    for folder in folders - {PurePosixPath(".")}:
        info = tarfile.TarInfo(str(folder))
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        yield info, b""
