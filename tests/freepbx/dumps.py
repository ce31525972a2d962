"""Everything that FreePBX stores, to compare before and after: its MySQL tables, the AstDB, and the files it makes.

Only what changes by itself, without us, is left out; each with the reason.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.freepbx.machine import Machine

OURS = "hotdesk_"

# AstDB families that change by themselves.
LIVING_FAMILIES = {
    "CALLTRACE": "who called last, written by every call",
    "registrar": "where the phones are registered, and until when",
    "RG": "FreePBX's count of a ring group's calls",
    "Queue": "the members as Asterisk keeps them, written when a queue is called",
}
# What FreePBX's own *73 leaves behind, too: a lamp that was never lit and one that is off are the same.
_LAMP_OFF = re.compile(r"CustomDevstate/CF\d+ = NOT_INUSE")
# Tables that change by themselves.
LIVING_TABLES = {
    "cronmanager": "when FreePBX's periodic work ran last",
    "freepbx_log": "FreePBX's log",
    "notifications": "what FreePBX tells the administrator; ours are looked at by name",
    "module_xml": "FreePBX's cache of what its servers say, and the time of the last look",
    "admin": "whether Apply Config is needed",
    "jobs": "when FreePBX's jobs ran last; ours is looked at by name",
    "kvstore_Dashboard": "the dashboard's statistics, a row a minute",
}
# Lines of configuration files that change by themselves.
LIVING_LINES = {
    "ari_additional.conf": ("password=$6$", "the password's salt, new at every reload"),
}
# The dashboard's statistics, as far as they do not fit into its own table.
_STATISTICS = "ast.chan_totals"
# When there was a call last, of a row of hotdesk_sessions: between phone, user, slot, since and what is kept.
_ACTIVE = re.compile(r"(VALUES \('[^']*','[^']*',\d+,\d+),\d+,")
# FreePBX's list of the modules' hooks gets another id whenever it is written.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Dump:
    """What was there: each part's rows by name, e.g. a table's."""

    parts: Mapping[str, frozenset[str]]

    def differences(self, later: Dump) -> list[str]:
        """Return what has gone (-) and come (+) since."""
        lines = []
        for name in sorted(self.parts.keys() | later.parts.keys()):
            before, after = self.parts.get(name, frozenset()), later.parts.get(name, frozenset())
            lines += [f"{name}: - {row[:300]}" for row in sorted(before - after)]
            lines += [f"{name}: + {row[:300]}" for row in sorted(after - before)]
        return lines


def tables(machine: Machine, ours: bool = False) -> Dump:
    """Return every table of FreePBX's database: its definition and its rows."""
    text = _dump(machine, "--no-data") + _dump(
        machine, "--no-create-info", "--skip-extended-insert", "--complete-insert"
    )
    parts: dict[str, set[str]] = {}
    for found in re.finditer(r"^CREATE TABLE `(\w+)` \((.*?)\n\)[^\n]*;$", text, re.MULTILINE | re.DOTALL):
        parts.setdefault(f"definition of {found.group(1)}", set()).add(found.group(2))
    for found in re.finditer(r"^INSERT INTO `(\w+)` (.*)$", text, re.MULTILINE):
        name, row = found.groups()
        if _STATISTICS in row:
            continue
        if name == "hotdesk_sessions":
            row = _ACTIVE.sub(r"\1,some time,", row)
        parts.setdefault(name, set()).add(_hooks(row) if name == "kvblobstore" else _UUID.sub("an id", row))
    left = {
        name: frozenset(rows)
        for name, rows in parts.items()
        if name not in LIVING_TABLES and (ours or not name.split()[-1].startswith(OURS))
    }
    return Dump(left)


def astdb(machine: Machine) -> Dump:
    """Return the AstDB, by family."""
    parts: dict[str, set[str]] = {}
    for key, value in machine.astdb().items():
        family, row = key.split("/")[0], f"{key} = {value}"
        if family not in LIVING_FAMILIES and not _LAMP_OFF.fullmatch(row):
            parts.setdefault(f"AstDB {family}", set()).add(row)
    return Dump({name: frozenset(rows) for name, rows in parts.items()})


def files(machine: Machine) -> Dump:
    """Return the files in the folders where FreePBX puts what modules bring, and the configuration it writes."""
    web = machine.path("AMPWEBROOT") / "admin"
    library = machine.path("ASTVARLIBDIR")
    parts = {
        str(folder): frozenset(_names(folder))
        for folder in (machine.path("AMPBIN"), machine.path("ASTAGIDIR"), library, web / "assets", web / "modules")
    }
    for path in sorted(machine.path("ASTETCDIR").glob("*.conf")):
        living = LIVING_LINES.get(path.name, ("\0", ""))[0]
        lines = path.read_text(errors="replace").splitlines()
        parts[str(path)] = frozenset(line for line in lines if not line.startswith(living))
    return Dump(parts)


def everything(machine: Machine) -> Dump:
    return join(tables(machine), astdb(machine), files(machine))


def join(*dumps: Dump) -> Dump:
    return Dump({name: rows for dump in dumps for name, rows in dump.parts.items()})


def _hooks(row: str) -> str:
    """Return a row of FreePBX's list of the modules' hooks, whatever the order in which the modules were loaded."""
    found = re.search(r"'json-arr','(.*)'\);$", row)
    if not found:
        return _UUID.sub("an id", row)
    return json.dumps(_sorted(json.loads(re.sub(r"\\(.)", r"\1", found.group(1)))), sort_keys=True)


def _sorted(data: object) -> object:
    if isinstance(data, dict):
        return {key: _sorted(value) for key, value in data.items()}
    return sorted(map(json.dumps, data)) if isinstance(data, list) else data


def _names(folder: Path) -> Iterable[str]:
    # SQLite's journal is there for as long as Asterisk writes into its database.
    return [path.name for path in folder.iterdir() if path.suffix != ".sqlite3-journal"] if folder.is_dir() else []


def _dump(machine: Machine, *options: str) -> str:
    access = machine.database()
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as secret:
        lines = {
            "user": access["AMPDBUSER"],
            "password": access["AMPDBPASS"],
            "host": access.get("AMPDBHOST", "localhost"),
        }
        secret.write("[client]\n" + "".join(f'{key}="{value}"\n' for key, value in lines.items()))
        secret.flush()
        return machine.run(
            "mysqldump",
            f"--defaults-extra-file={secret.name}",
            "--compact",
            "--no-tablespaces",
            "--skip-triggers",
            *options,
            access.get("AMPDBNAME", "asterisk"),
        )
