"""``python -m tools.package``: build the package and say what it is."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from tools.package import archive, lock, source, vendor, wheels
from tools.package.entry import PackageError

ROOT = Path(__file__).resolve().parents[2]
TOP = "hotdesk"


def main() -> int:
    """Build, and return the exit status."""
    options = _options()
    try:
        print(describe(build(options.to, options.wheels)))
        if not source.is_committed(ROOT):
            print("With changes that are not committed.")
    except PackageError as error:
        print(f"No package: {error}", file=sys.stderr)
        return 1
    return 0


def build(folder: Path, cache: Path) -> Path:
    """Write the package into the folder; ``cache`` keeps what was downloaded for the next time."""
    packages = vendor.unpack(wheels.fetch(lock.pins(), cache))
    entries = [*source.files(ROOT), *vendor.entries(packages)]
    target = folder / f"{TOP}-{source.version(ROOT)}.tgz"
    archive.write(target, TOP, entries, source.date(ROOT))
    unpacked = sum(len(entry.data) for entry in entries)
    print(f"{len(entries)} files, {unpacked:,} bytes unpacked, {len(packages)} Python packages among them")
    return target


def describe(package: Path) -> str:
    """Say what somebody who gets the package can compare."""
    data = package.read_bytes()
    return f"{package}\n{len(data):,} bytes\nsha256 {hashlib.sha256(data).hexdigest()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.package", description="Build what Module Admin installs.")
    parser.add_argument("--to", type=Path, default=Path("dist"), help="folder for the package (default: %(default)s)")
    parser.add_argument(
        "--wheels", type=Path, default=ROOT / "dist" / "wheels", help="where downloads are kept (default: %(default)s)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
