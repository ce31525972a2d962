"""Starts the demo: the SQLite file, the PBX, its manager interface, its page, and the product's daemon."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import secrets
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO
from urllib.parse import quote

from werkzeug.serving import WSGIRequestHandler, make_server

from hotdesk_module import config
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.open import open_ledger
from hotdesk_module.adapters.schema import MODULE_XML, create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.core.model import Phone
from hotdesk_module.demo import cast, life, tables
from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.app import create_app
from hotdesk_module.demo.daemon import Daemon
from hotdesk_module.demo.module_codes import Generated
from hotdesk_module.demo.pace import QUICK, Pace
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.errors import HotdeskError
from hotdesk_module.service import HotDesk

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "agi-bin" / "hotdesk.py"
# Bytes of the state folder's path; with the name of the socket in it, a system takes a hundred or so.
LONGEST_STATE = 80


def main(arguments: Sequence[str]) -> int:
    """Run until interrupted."""
    options = _options(arguments)
    data: Path = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    # Two demos would write the same files.
    with (data / "running").open("a+", encoding="utf-8") as running:
        if not _claim(running):
            running.seek(0)
            print(f"The demo runs already:   {running.read().strip() or 'somewhere on this machine'}", file=sys.stderr)
            return 1
        with _state_folder(data) as state:
            return _serve(options, data, state, running)


def _serve(options: argparse.Namespace, data: Path, state: Path, running: IO[str]) -> int:
    _forget_other_editions(data)
    database = data / "demo.db"
    first_time = not database.exists()
    prepare_database(database)
    if first_time:
        begin_life(database)
    pbx = Pbx(data / "astdb.json", QUICK if options.quick else Pace())
    ami = AmiServer(pbx, "demo", secrets.token_urlsafe(12))
    environment = {
        "HOTDESK_DATABASE": f"sqlite:///{quote(str(database))}",
        "HOTDESK_AMI": ami.url,
        "HOTDESK_STATE": str(state),
    }
    daemon = Daemon(state, data / "daemon.log", environment)
    pbx.calls.script = AgiHost(pbx, options.script.resolve(), environment)
    pbx.calls.module = Generated(database)
    ami.start()
    try:
        bring_in_line(pbx, environment)
        if first_time:
            # The lamps of the pool, lit for the first time, are not news.
            pbx.feed.clear()
        port = free_port(options.port)
        server = make_server("127.0.0.1", port, create_app(pbx, daemon), threaded=True, request_handler=_QuietHandler)
        _note(running, f"http://127.0.0.1:{port}/")
        # However it is told to stop: as with Ctrl-C, which ends serve_forever.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # The page is there at once; whoever opens the panel sooner than the daemon answers waits for it.
        daemon.start()
        _greet(options.port, port, environment)
        server.serve_forever()
        # Told twice, by a terminal and by make, it ends once.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("\nThe demo has ended; its state is kept in", data)
    finally:
        daemon.stop()
        ami.stop()
    return 0


def bring_in_line(pbx: Pbx, environment: Mapping[str, str]) -> None:
    """Reconcile once: the demo may have been killed in the middle of a login, or one of its two files removed."""
    where = config.load(environment)
    ledger, inventory = open_ledger(where)
    assert where.manager is not None
    manager = Ami(where.manager)
    try:
        desk = HotDesk(ledger, inventory, AmiAstDb(manager), AmiSwitchboard(manager), _now, source="repair")
        # Nobody's telephones are at stake here, hence force.
        if desk.reconcile(dry_run=True, force=True).effects:
            pbx.feed.note("The demo starts: what differs from the ledger is put right")
        desk.reconcile(force=True)
    except HotdeskError as error:
        print(f"demo: {error.message}", file=sys.stderr)
    finally:
        manager.close()
        ledger.close()


def _now() -> int:
    return int(time.time())


def _claim(running: IO[str]) -> bool:
    try:
        fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _note(running: IO[str], address: str) -> None:
    running.seek(0)
    running.truncate()
    running.write(address + "\n")
    running.flush()
    os.fsync(running.fileno())


def prepare_database(path: Path) -> None:
    """Make FreePBX's tables and ours, and put the shared phones into the pool."""
    with closing(sqlite3.connect(path)) as connection:
        tables.create(connection)
    database = Sqlite(str(path))
    try:
        create_tables(database)
        ledger = SqlLedger(database)
        if not ledger.phones():
            ledger.save_phones([Phone(desk.number, desk.label) for desk in cast.DESKS if desk.shared])
    finally:
        database.close()


def begin_life(path: Path) -> None:
    """Give the company the rest of its phones, and a past."""
    database = Sqlite(str(path))
    try:
        life.begin(SqlLedger(database), _now())
    finally:
        database.close()


def _forget_other_editions(data: Path) -> None:
    """Start afresh where the files are those of a demo with other tables or another company."""
    sources = (Path(MODULE_XML), Path(cast.__file__), Path(tables.__file__))
    edition = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    note = data / "edition"
    if note.exists() and note.read_text(encoding="ascii") == edition:
        return
    if (data / "demo.db").exists():
        print("The demo has changed since it was here last, and starts afresh.")
    for name in ("demo.db", "demo.db-wal", "demo.db-shm", "astdb.json"):
        (data / name).unlink(missing_ok=True)
    note.write_text(edition, encoding="ascii")


@contextlib.contextmanager
def _state_folder(data: Path) -> Iterator[Path]:
    """Give the daemon its folder; in another place where the path of a socket in there would be too long for one."""
    state = data / "state"
    if len(os.fsencode(str(state))) <= LONGEST_STATE:
        yield state
        return
    with tempfile.TemporaryDirectory(prefix="hotdesk-demo-") as short:
        yield Path(short) / "state"


def free_port(wanted: int) -> int:
    """Return the wanted port, or the next one nobody listens on."""
    for port in range(wanted, min(wanted + 100, 65536)):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"demo: no free port from {wanted} on")


class _QuietHandler(WSGIRequestHandler):
    """Keeps the terminal for what the visitor should read."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hotdesk_module.demo", description="Hot desking, to try out.")
    parser.add_argument("--port", type=int, default=8080, help="port of the page (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=ROOT / ".demo", help="where the demo keeps its state")
    parser.add_argument("--quick", action="store_true", help="shorter prompts, for those who need not read them")
    parser.add_argument("--script", type=Path, default=SCRIPT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _greet(wanted: int, port: int, environment: dict[str, str]) -> None:
    person = cast.PEOPLE[2]
    exports = " ".join(f"{name}={value}" for name, value in environment.items())
    if port != wanted:
        print(f"Port {wanted} is taken; the demo takes {port}.")
    print(
        f"""
  Hot Desking, the demo:   http://127.0.0.1:{port}/
  Its administration:      http://127.0.0.1:{port}/panel/

  Three shared phones, three people, no telephone system needed.
  Press "Show me" there, or dial yourself: on a phone *11, {person.extension} #, {person.pin} #.

  To use the command line on this demo, in another terminal:

    export {exports}

  Ctrl-C ends it.
""",
        flush=True,
    )
