"""Starts the demo: the SQLite file, the PBX, its manager interface and its page."""

from __future__ import annotations

import argparse
import secrets
import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from werkzeug.serving import WSGIRequestHandler, make_server

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.core.model import Phone
from hotdesk_module.demo import cast, tables
from hotdesk_module.demo.agi_host import AgiHost
from hotdesk_module.demo.ami_server import AmiServer
from hotdesk_module.demo.app import create_app
from hotdesk_module.demo.pbx import Pbx

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "agi-bin" / "hotdesk.py"


def main(arguments: Sequence[str]) -> int:
    """Run until interrupted."""
    options = _options(arguments)
    data: Path = options.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    database = data / "demo.db"
    prepare_database(database)
    pbx = Pbx(data / "astdb.json")
    ami = AmiServer(pbx, "demo", secrets.token_urlsafe(12))
    environment = {"HOTDESK_DATABASE": f"sqlite:///{quote(str(database))}", "HOTDESK_AMI": ami.url}
    pbx.calls.script = AgiHost(pbx, options.script.resolve(), environment)
    ami.start()
    port = free_port(options.port)
    server = make_server("127.0.0.1", port, create_app(pbx), threaded=True, request_handler=_QuietHandler)
    _greet(port, environment)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("\nThe demo has ended; its state is kept in", data)
    finally:
        server.server_close()
        ami.stop()
    return 0


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
    parser.add_argument("--script", type=Path, default=SCRIPT, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _greet(port: int, environment: dict[str, str]) -> None:
    person = cast.PEOPLE[2]
    exports = " ".join(f"{name}={value}" for name, value in environment.items())
    print(
        f"""
  Hot Desking, the demo:   http://127.0.0.1:{port}/

  Three shared phones, three people, no telephone system needed.
  Press "Show me" there, or dial yourself: on a phone *11, {person.extension} #, {person.pin} #.

  To use the command line on this demo, in another terminal:

    export {exports}

  Ctrl-C ends it.
""",
        flush=True,
    )
