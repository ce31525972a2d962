"""FreePBX's own tables, read only: its words are ``device`` and ``user``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from hotdesk_module.adapters.sql import MYSQL, Connection, MissingTable, Row, marks
from hotdesk_module.config import MANAGER_PORT, Manager
from hotdesk_module.core.model import Device, FeatureCode, Group, Route, Trunk, User
from hotdesk_module.ports import Flags

if TYPE_CHECKING:
    from hotdesk_module.adapters.memory import Memory

_DEVICE = ("id", "tech", "dial", "user", "hint_override", "description", "emergency_cid")
_DEVICES = f"SELECT {', '.join(_DEVICE)} FROM devices"
_OWNERS = "SELECT id, user FROM devices WHERE user <> ''"
_USER = ("extension", "name", "voicemail")
_USERS = f"SELECT {', '.join(_USER)} FROM users"
# From so many on they are picked from all of them, where these are remembered.
_MANY = 100
_SETTINGS = (
    "SELECT keyword, value FROM freepbx_settings WHERE keyword IN ('USEDEVSTATE', 'AMPEXTENSIONS', 'PHPTIMEZONE',"
    " 'AMPMGRUSER', 'AMPMGRPASS', 'ASTMANAGERHOST', 'ASTMANAGERPORT', 'BLOCK_OUTBOUND_TRUNK_CNAM')"
)
_MODULES = "SELECT 'module', enabled FROM modules WHERE modulename = 'donotdisturb'"
_MEMBERS = "SELECT id, data FROM queues_details WHERE keyword = 'member' ORDER BY id, flags"
_QUEUES = "SELECT extension, descr FROM queues_config"
_RING_GROUPS = "SELECT grpnum, grplist, description FROM ringgroups ORDER BY grpnum"
# Every extension has a follow-me list, and nearly all hold nothing but itself.
_FOLLOW_ME = "SELECT grpnum, grplist, '' FROM findmefollow WHERE grplist <> grpnum ORDER BY grpnum"
# FreePBX asks its routes in this order, and none that is not in the sequence. A trunk is switched off by "on".
_ROUTES = (
    "SELECT r.route_id, r.name, r.emergency_route, r.password, r.time_group_id, r.dest, r.outcid, r.outcid_mode,"
    " r.intracompany_route FROM outbound_routes r JOIN outbound_route_sequence s ON s.route_id = r.route_id"
    " ORDER BY s.seq"
)
_PATTERNS = (
    "SELECT route_id, match_pattern_prefix, match_pattern_pass, match_cid FROM outbound_route_patterns"
    " ORDER BY match_pattern_prefix, match_pattern_pass"
)
_TRUNKS = (
    "SELECT o.route_id, t.trunkid, COALESCE(NULLIF(t.name, ''), t.channelid), t.outcid, t.keepcid"
    " FROM outbound_route_trunks o JOIN trunks t ON t.trunkid = o.trunk_id"
    " WHERE COALESCE(t.disabled, 'off') <> 'on' ORDER BY o.seq"
)
# What a trunk writes into From: chan_pjsip's in a table of its own, chan_sip's among the peers.
_FROM_USERS = (
    ("SELECT id, data FROM pjsip WHERE keyword = 'from_user' AND data <> ''", ""),
    ("SELECT id, data FROM sip WHERE keyword = 'fromuser' AND data <> ''", "tr-peer-"),
)
_FORCED = (
    "SELECT c.id, c.data FROM sip c JOIN sip f ON f.id = c.id AND f.keyword = 'force_callerid' AND f.data = 'yes'"
    " WHERE c.keyword = 'callerid'"
)
_VERSION = "SELECT value FROM admin WHERE variable = 'version'"
_NOW_MYSQL = "SELECT UNIX_TIMESTAMP()"
_NOW_SQLITE = "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400) AS INTEGER)"
# An extension is a member of a queue as "Local/1001@from-queue/n,0", and "1001#" of a group is dialled as from outside.
_MEMBER = "(?i)Local/([0-9]+)@"
_CODES = "SELECT modulename, featurename, defaultcode, customcode, enabled FROM featurecodes"


class SqlInventory:
    """See :class:`hotdesk_module.ports.Inventory`.

    FreePBX's settings are read once; a process that lives long calls :meth:`refresh`.

    Args:
        memory: what was read of the large tables before; None: they are read anew.
    """

    def __init__(self, connection: Connection, memory: Memory | None = None) -> None:
        self._db = connection
        # SQLite has no server to spare us anything.
        self._memory = memory if connection.dialect == MYSQL else None
        self._settings: dict[str, str] | None = None

    def devices(self, ids: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Device, ...]:
        """Return all devices, or those with one of ``ids`` or belonging to one of ``users``."""
        asked = [(c, tuple(v)) for c, v in (("id", ids), ("user", users)) if v is not None]
        if self._memory and (not asked or sum(len(values) for _, values in asked) >= _MANY):
            everything = self._memory.rows(self._db, "devices", _DEVICE, self._all_devices)
            if not asked:
                return everything
            wanted = {column: set(values) for column, values in asked}
            return tuple(d for d in everything if d.id in wanted.get("id", ()) or d.user in wanted.get("user", ()))
        clauses = [f"{column} IN ({marks(values)})" for column, values in asked if values]
        if asked and not clauses:
            return ()
        where = f" WHERE {' OR '.join(clauses)}" if clauses else ""
        return tuple(_device(r) for r in self._db.select(_DEVICES + where, [v for _, vs in asked for v in vs]))

    def owners(self, users: Iterable[str] | None = None) -> dict[str, str]:
        """Return each device's user, of all devices or of those of ``users``; a device without one is not in it."""
        if users is None and self._memory:
            return {d.id: d.user for d in self.devices() if d.user}
        if users is None:
            return dict(self._db.select(_OWNERS))
        wanted = tuple(users)
        return dict(self._db.select(f"{_OWNERS} AND user IN ({marks(wanted)})", wanted)) if wanted else {}

    def users(self, extensions: Iterable[str] | None = None) -> tuple[User, ...]:
        """Return all users, or those among ``extensions``."""
        wanted = None if extensions is None else tuple(extensions)
        if self._memory and (wanted is None or len(wanted) >= _MANY):
            everybody = self._memory.rows(self._db, "users", _USER, self._all_users)
            if wanted is None:
                return everybody
            these = set(wanted)
            return tuple(u for u in everybody if u.extension in these)
        if wanted is None:
            return self._all_users()
        if not wanted:
            return ()
        return tuple(_user(r) for r in self._db.select(f"{_USERS} WHERE extension IN ({marks(wanted)})", wanted))

    def flags(self) -> Flags:
        """Return the settings of FreePBX that matter here; what has no row is as FreePBX has it by default."""
        settings = self._read()
        return Flags(
            dnd_in_hints=_on(settings.get("USEDEVSTATE", "1")) and _on(settings.get("module", "1")),
            device_and_user=settings.get("AMPEXTENSIONS", "") == "deviceanduser",
        )

    def manager(self) -> Manager:
        """Return how FreePBX itself signs in to Asterisk's manager."""
        settings = self._read()
        port = settings.get("ASTMANAGERPORT", "")
        return Manager(
            host=settings.get("ASTMANAGERHOST", "") or "localhost",
            port=int(port) if port.isascii() and port.isdigit() else MANAGER_PORT,
            user=settings.get("AMPMGRUSER", "") or "admin",
            secret=settings.get("AMPMGRPASS", ""),
        )

    def refresh(self) -> None:
        """Forget FreePBX's settings; the next question reads them again."""
        self._settings = None

    def transports(self, devices: Iterable[str]) -> dict[str, str]:
        """Return the SIP transport FreePBX has for a device, where it has one."""
        wanted = tuple(devices)
        if not wanted:
            return {}
        rows = self._db.select(
            f"SELECT id, data FROM sip WHERE keyword = 'transport' AND data <> '' AND id IN ({marks(wanted)})", wanted
        )
        return {r[0]: r[1] for r in rows}

    def feature_codes(self) -> tuple[FeatureCode, ...]:
        """Return every feature code there is, the disabled ones too."""
        return tuple(FeatureCode(r[0], r[1], r[2] or "", r[3] or "", r[4] == 1) for r in self._db.select(_CODES))

    def no_answer_destinations(self, extensions: Iterable[str]) -> dict[str, str]:
        """Return where FreePBX sends a call that an extension without a mailbox does not answer, where it is set."""
        wanted = tuple(extensions)
        if not wanted:
            return {}
        rows = self._db.select(
            f"SELECT extension, noanswer_dest FROM users WHERE noanswer_dest <> '' AND extension IN ({marks(wanted)})",
            wanted,
        )
        return {r[0]: r[1] for r in rows}

    def zone(self) -> str:
        """Return the name of the PBX's time zone."""
        return self._read().get("PHPTIMEZONE", "").strip()

    def groups(self) -> tuple[Group, ...]:
        """Return queues with their static members, ring groups, and follow-me lists with more than their owner."""
        queues: dict[str, list[str]] = {}
        for number, member in self._select_if_there(_MEMBERS):
            found = re.match(_MEMBER, member)
            if found:
                queues.setdefault(number, []).append(found[1])
        names = self.queues()
        groups = [Group("queue", number, names.get(number, ""), tuple(those)) for number, those in queues.items()]
        for kind, sql in (("ring_group", _RING_GROUPS), ("follow_me", _FOLLOW_ME)):
            for number, listed, name in self._select_if_there(sql):
                members = tuple(m for m in (part.strip().rstrip("#") for part in (listed or "").split("-")) if m)
                groups.append(Group(kind, number, name or "", members))
        return tuple(groups)

    def queues(self) -> dict[str, str]:
        """Return FreePBX's queues, number to name, by number."""
        found = ((r[0], r[1] or "") for r in self._select_if_there(_QUEUES))
        return dict(sorted(found, key=lambda one: (len(one[0]), one[0])))

    def routes(self) -> tuple[Route, ...]:
        """Return the outbound routes in the order in which FreePBX asks them."""
        everybodys: dict[int, list[str]] = {}
        some: dict[int, list[tuple[str, str]]] = {}
        for number, prefix, passed, caller in self._select_if_there(_PATTERNS):
            pattern = f"{prefix or ''}{passed or ''}"
            if caller:
                some.setdefault(number, []).append((pattern, caller))
            else:
                everybodys.setdefault(number, []).append(pattern)
        trunks = self._trunks()
        return tuple(
            Route(
                str(number),
                name or "",
                # What core's dialplan looks at: whether there are two characters (F§8).
                emergency=len(emergency or "") > 1,
                patterns=tuple(everybodys.get(number, ())),
                limited=tuple(some.get(number, ())),
                trunks=tuple(trunks.get(number, ())),
                destination=bool(destination),
                password=bool(password),
                timed=bool(times),
                cid=cid or "",
                cid_overrides=bool(mode),
                internal=internal == "YES",
            )
            for number, name, emergency, password, times, destination, cid, mode, internal in self._select_if_there(
                _ROUTES
            )
        )

    def _trunks(self) -> dict[int, list[Trunk]]:
        """Return the trunks of each route that are switched on."""
        from_users = {
            number[len(prefix) :]: user
            for sql, prefix in _FROM_USERS
            for number, user in self._select_if_there(sql)
            if number.startswith(prefix)
        }
        trunks: dict[int, list[Trunk]] = {}
        for route, number, name, cid, keep in self._select_if_there(_TRUNKS):
            trunk = Trunk(str(number), name or "", cid or "", keep or "off", from_users.get(str(number), ""))
            trunks.setdefault(route, []).append(trunk)
        return trunks

    def forced_caller_ids(self) -> dict[str, str]:
        """Return the caller ID of each device that has one forced upon it in place of FreePBX's own."""
        return {r[0]: r[1] for r in self._db.select(_FORCED)}

    def names_go_out(self) -> bool:
        """Return whether trunks get callers' names."""
        return not _on(self._read().get("BLOCK_OUTBOUND_TRUNK_CNAM", "0"))

    def version(self) -> str:
        """Return FreePBX's version."""
        rows = self._select_if_there(_VERSION)
        return str(rows[0][0] or "").strip() if rows else ""

    def now(self) -> int:
        """Return the time by the clock of the database's server."""
        return int(self._db.select(_NOW_MYSQL if self._db.dialect == MYSQL else _NOW_SQLITE)[0][0])

    def _all_devices(self) -> tuple[Device, ...]:
        return tuple(_device(r) for r in self._db.select(_DEVICES))

    def _all_users(self) -> tuple[User, ...]:
        return tuple(_user(r) for r in self._db.select(_USERS))

    def _select_if_there(self, sql: str) -> list[Row]:
        """Return the rows of a query; none where the module that has the table is not installed."""
        try:
            return self._db.select(sql)
        except MissingTable:
            return []

    def _read(self) -> dict[str, str]:
        if self._settings is None:
            try:
                rows = self._db.select(f"{_SETTINGS} UNION ALL {_MODULES}")
            except MissingTable:
                rows = self._db.select(_SETTINGS)
            self._settings = {r[0]: str(r[1] or "") for r in rows}
        return self._settings


def _device(row: Row) -> Device:
    number, tech, dial, user, override, description, emergency_cid = row
    return Device(number, tech, dial, user or "", override or dial, description or "", emergency_cid or "")


def _user(row: Row) -> User:
    extension, name, voicemail = row
    return User(extension, name or "", "" if voicemail in (None, "", "novm") else voicemail)


def _on(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on")
