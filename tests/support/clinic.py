"""An installation that can be made ill, in every way that a check knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable, NamedTuple

from hotdesk_module import dialplan, queues
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Contact, Event, FeatureCode, Group, Phone, Route
from hotdesk_module.core.queues import BREAK, LOGIN, Member, Rule
from hotdesk_module.errors import AsteriskDown, LedgerDown
from hotdesk_module.health.examine import examine
from hotdesk_module.health.finding import ERROR, FORCE, FORGET, FORWARDS, INFO, RECONCILE, WARNING, Finding
from hotdesk_module.health.installation import Installation, Machine
from hotdesk_module.ports import AstDbTree, Context, Flags, Switchboard
from tests.support.office import CARRIER, EMERGENCY, Office

CORES = (FeatureCode("core", "userlogon", "*11"), FeatureCode("core", "userlogoff", "*12"))
OURS = (FeatureCode("hotdesk", "login", "*11"), FeatureCode("hotdesk", "logout", "*12"))


class Clinic:
    """An installation in which everything is in order, until a test says otherwise."""

    def __init__(self) -> None:
        self.office = Office()
        self.machine = Machine("3.11.7 (/usr/bin/python3)", {"flask": "3.1.0"}, daemon=True)
        self.down: Exception | None = None
        inventory = self.office.inventory
        inventory.all_devices = [d._replace(emergency_cid="5551234") for d in inventory.all_devices]
        inventory.all_codes = list(OURS)
        self.office.devices_to_astdb()
        for phone in self.office.pool:
            self.register(phone)
        self.office.desk.reconcile()
        inventory.clock = self.office.clock
        self.office.ledger.forget_events(self.office.clock() + 1)
        self.load()

    def load(self, before: Iterable[str] = (), after: Iterable[str] = ()) -> None:
        """Load the dialplan, as Apply Config does; ``before`` and ``after`` are other modules' includes."""
        built = dialplan.build("", Codes(), self.office.ledger.phones())
        contexts = self.office.switchboard.contexts
        for name in dict.fromkeys(s.context for s in built.steps):
            contexts[name] = Context(frozenset(s.extension for s in built.steps if s.context == name))
        included = tuple(name for _, name in built.includes)
        contexts[built.includes[0][0]] = Context(frozenset(), (*before, *included, *after))

    def register(self, phone: str, reachable: bool | None = True) -> None:
        """Let a phone be registered."""
        self.unregister(phone)
        contact = Contact(f"PJSIP/{phone}", f"sip:{phone}@192.0.2.1", "192.0.2.1", reachable=reachable)
        self.office.switchboard.all_contacts.append(contact)

    def unregister(self, *phones: str) -> None:
        """Let phones not be registered."""
        switchboard = self.office.switchboard
        switchboard.all_contacts = [
            c for c in switchboard.all_contacts if c.dial not in {f"PJSIP/{phone}" for phone in phones}
        ]

    def examine(self) -> tuple[Finding, ...]:
        office = self.office
        return examine(Installation(office.ledger, office.inventory, self._asterisk, office.clock, self.machine))

    def one(self, code: str) -> Finding:
        """Return the one finding of a code."""
        (found,) = self.all(code)
        return found

    def all(self, code: str) -> list[Finding]:
        """Return the findings of a code."""
        return [f for f in self.examine() if f.code == code]

    def _asterisk(self) -> tuple[AstDbTree, Switchboard]:
        if self.down is not None:
            raise self.down
        return self.office.astdb, self.office.switchboard


class Ill(NamedTuple):
    """A way to be ill.

    Attributes:
        what: in words, for the name of a test.
        code, level, repair: what a check says about it.
        make: does it to a clinic in which everything is in order.
    """

    what: str
    code: str
    level: str
    repair: str
    make: Callable[[Clinic], object]


def _database(clinic: Clinic) -> None:
    def down(*_: object) -> None:
        raise LedgerDown("The database asterisk at localhost does not answer: Connection refused.")

    setattr(clinic.office.ledger, "phones", down)  # noqa: B010


def _asterisk(clinic: Clinic) -> None:
    clinic.down = AsteriskDown("Asterisk's manager at localhost:5038 does not answer: Connection refused.")


def _edited(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.edit_extension("200")


def _logged_in_by_core(clinic: Clinic) -> None:
    clinic.office.astdb.values.update({"DEVICE/200/user": "1001", "AMPUSER/1001/device": "1001&200"})


def _logged_off_by_core(clinic: Clinic) -> None:
    clinic.office.astdb.values["DEVICE/200/user"] = "none"
    del clinic.office.astdb.values["AMPUSER/200/device"]


def _reloaded(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.switchboard.all_hints["1003"] = "Custom:DND1003,CustomPresence:1003"


def _no_hint(clinic: Clinic) -> None:
    del clinic.office.switchboard.all_hints["200"]


def _lamp(clinic: Clinic) -> None:
    clinic.office.astdb.values["CustomDevstate/HDSK200"] = "INUSE"


def _lamp_that_is_seen(clinic: Clinic) -> None:
    clinic.office.switchboard.all_lamps["HDSK200"] = "INUSE"


def _user_deleted(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.delete_extension("1003")


def _phone_deleted(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.delete_extension("200")


def _left_the_pool(clinic: Clinic) -> None:
    clinic.office.astdb.values.update(
        {"CustomDevstate/HDSK205": "INUSE", "CustomDevstate/HDSK206": "NOT_INUSE", "HDSK/1003/device": "205"}
    )


def _forward_of_ours(clinic: Clinic) -> None:
    clinic.office.astdb.values["CF/1003"] = "HD205"


def _another_ledger(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        clinic.office.desk.login(phone, user)
    clinic.office.ledger.restore(clinic.office.ledger.snapshot()._replace(sessions=(), events=()))


def again_and_again(clinic: Clinic, times: int = 6, pause: int = 60) -> None:
    """Let something write the same key after each repair."""
    for _ in range(times):
        clinic.office.clock.advance(pause)
        clinic.office.astdb.values["DEVICE/200/user"] = "1001"
        clinic.office.desk.reconcile()


def _sits_outside(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.ledger.remove_phone("200")
    clinic.load()


def _emptied(clinic: Clinic) -> None:
    values = clinic.office.astdb.values
    for key in ("DEVICE/200/dial", "AMPUSER/200/cidname"):
        del values[key]


def _another_emergency_cid(clinic: Clinic) -> None:
    clinic.office.astdb.values["DEVICE/200/emergency_cid"] = "5550000"


def _somebodys_name(clinic: Clinic) -> None:
    clinic.office.astdb.values.update({"AMPUSER/200/cidname": "Person 1003", "AMPUSER/200/cidnum": "1003"})


def _left_by_a_user(clinic: Clinic) -> None:
    ledger = clinic.office.ledger
    ledger.save_pin("1009", "hash", 1)
    ledger.save_weak_pin("1008", 1)
    ledger.save_attempts("user", "1009", Attempts((), 1))

    ledger.save_queue_rules([Rule("1009", "700", LOGIN)])


def _unpaused(clinic: Clinic) -> None:
    office = clinic.office
    office.inventory.all_queues = {"700": "Sales"}
    office.switchboard.all_queues = {"700": {"1003": Member(dynamic=False)}}
    queues.change(office.desk, "1003", {"700": BREAK})
    office.switchboard.pause_in_queue("700", "1003", False)
    office.switchboard.run = "the next one"


def _rule(what: str) -> Callable[[Clinic], None]:
    def make(clinic: Clinic) -> None:
        office = clinic.office
        office.ledger.save_queue_rules([Rule("1003", "700", LOGIN)])
        if what != "gone":
            office.inventory.all_queues = {"700": "Sales"}
        if what == "static":
            office.inventory.all_groups = [Group("queue", "700", "Sales", ("1003",))]
        if what == "barred":
            office.astdb.values["QPENALTY/700/dynmemberonly"] = "yes"

    return make


def _routes(*routes: Route) -> Callable[[Clinic], None]:
    def make(clinic: Clinic) -> None:
        clinic.office.inventory.all_routes = list(routes)

    return make


def _group(kind: str) -> Callable[[Clinic], None]:
    def make(clinic: Clinic) -> None:
        clinic.office.astdb.values["AMPUSER/700/followme/ddial"] = "DIRECT"
        clinic.office.inventory.all_groups = [Group(kind, "700", "Sales", ("1001", "200"))]

    return make


def _device(**fields: str) -> Callable[[Clinic], None]:
    def make(clinic: Clinic) -> None:
        devices = clinic.office.inventory.all_devices
        clinic.office.inventory.all_devices = [d._replace(**fields) if d.id == "201" else d for d in devices]
        clinic.office.devices_to_astdb()
        clinic.office.desk.reconcile()

    return make


def _no_mailbox(clinic: Clinic) -> None:
    users = clinic.office.inventory.all_users
    clinic.office.inventory.all_users = [u._replace(mailbox="") if u.extension == "200" else u for u in users]


def _codes(*codes: FeatureCode) -> Callable[[Clinic], None]:
    def make(clinic: Clinic) -> None:
        clinic.office.inventory.all_codes = list(codes)

    return make


def _cores_codes(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes += CORES
    clinic.office.inventory.all_flags = Flags(device_and_user=True)


def _empty_pool(clinic: Clinic) -> None:
    for phone in clinic.office.ledger.phones():
        clinic.office.ledger.remove_phone(phone.device)
    clinic.office.desk.reconcile()


def _no_key(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"webhook_url": "https://hooks.example.com/x"})


def _refuses(clinic: Clinic) -> None:
    _no_key(clinic)
    clinic.office.ledger.save_settings({"webhook_secret": "a-key-of-16-signs"})
    since = clinic.office.clock() - 3600
    clinic.office.ledger.begin_delivery(Delivery(0, 0, since, 4, "hooks.example.com answered 500."))


def _of_the_future(clinic: Clinic) -> None:
    clinic.office.ledger.change((), None, [Event(clinic.office.clock() + 3600, "login", "200", "1003")])


def _slow_clock(clinic: Clinic) -> None:
    clinic.office.inventory.clock = lambda: clinic.office.clock() - 7200


def _zone(clinic: Clinic) -> None:
    clinic.office.inventory.all_zone = "Mars/Olympus"


def _daemon(clinic: Clinic) -> None:
    clinic.machine = clinic.machine._replace(daemon=False)


def _packages(clinic: Clinic) -> None:
    clinic.machine = clinic.machine._replace(packages={"flask": None})


ILLS = (
    Ill("the database is down", "database", ERROR, "", _database),
    Ill("Asterisk is down", "asterisk", ERROR, "", _asterisk),
    Ill("FreePBX saved a phone's extension", "projection", WARNING, RECONCILE, _edited),
    Ill("core's own logon seated somebody", "other_logins", WARNING, RECONCILE, _logged_in_by_core),
    Ill("core's own logoff left nobody there", "other_logins", WARNING, RECONCILE, _logged_off_by_core),
    Ill("a hint names the wrong device", "hints", WARNING, RECONCILE, _reloaded),
    Ill("a hint is gone", "hints", WARNING, RECONCILE, _no_hint),
    Ill("a lamp is on", "lamps", WARNING, RECONCILE, _lamp),
    Ill("a lamp is seen on, and its key is off", "lamps", WARNING, RECONCILE, _lamp_that_is_seen),
    Ill("a user who is logged in was deleted", "deleted", WARNING, RECONCILE, _user_deleted),
    Ill("a phone with somebody there was deleted", "deleted", WARNING, RECONCILE, _phone_deleted),
    Ill("keys of a phone that left the pool", "leftovers", WARNING, RECONCILE, _left_the_pool),
    Ill("a restart forgot a pause in a queue", "queue_members", WARNING, RECONCILE, _unpaused),
    Ill("a Call Forward of ours that nobody needs", "leftovers", WARNING, RECONCILE, _forward_of_ours),
    Ill("the ledger is another one", "unsafe_plan", ERROR, FORCE, _another_ledger),
    Ill("something writes the same key again and again", "recurring", ERROR, "", again_and_again),
    Ill("the dialplan is not loaded", "dialplan", ERROR, "", lambda c: c.office.switchboard.contexts.clear()),
    Ill(
        "a code is not loaded",
        "dialplan",
        WARNING,
        "",
        lambda c: c.office.ledger.save_phones([Phone("200", login_code="*55")]),
    ),
    Ill("core's logon comes first", "dialplan", ERROR, "", lambda c: c.load(before=["app-userlogonoff"])),
    Ill("a code is another module's", "codes", ERROR, "", _codes(*OURS, FeatureCode("paging", "page", "*12"))),
    Ill("a code is switched off", "codes", WARNING, "", _codes(OURS[0], OURS[1]._replace(enabled=False))),
    Ill("core has the same codes, and they count", "core_codes", WARNING, "", _cores_codes),
    Ill("there is no phone", "pool", INFO, "", _empty_pool),
    Ill("FreePBX has a phone no more", "no_device", ERROR, "", lambda c: c.office.ledger.save_phones([Phone("999")])),
    Ill("somebody sits at what is no hot desk phone", "outside_pool", WARNING, "", _sits_outside),
    Ill("Asterisk's database lost keys of a phone", "phone_keys", ERROR, "", _emptied),
    Ill("Asterisk has another Emergency CID", "phone_keys", ERROR, "", _another_emergency_cid),
    Ill("a phone has somebody's name", "phone_names", WARNING, "", _somebodys_name),
    Ill("a deleted user's PIN and lock are left", "orphans", WARNING, FORGET, _left_by_a_user),
    Ill("a phone has no Emergency CID", "emergency_cid", ERROR, "", _device(emergency_cid="")),
    Ill("an Emergency CID is too short to count", "emergency_cid", ERROR, "", _device(emergency_cid="5")),
    Ill("an Emergency CID has no number", "emergency_cid", ERROR, "", _device(emergency_cid="Lobby")),
    Ill("no route is for emergencies", "emergency_routes", ERROR, "", _routes(EMERGENCY._replace(emergency=False))),
    Ill("there is no route", "emergency_routes", WARNING, "", _routes()),
    Ill("the emergency route has no trunk", "emergency_routes", ERROR, "", _routes(EMERGENCY._replace(trunks=()))),
    Ill("the emergency route has no pattern", "emergency_routes", ERROR, "", _routes(EMERGENCY._replace(patterns=()))),
    Ill(
        "the emergency route is for some callers only",
        "emergency_routes",
        ERROR,
        "",
        _routes(EMERGENCY._replace(limited=(("933", "200"),))),
    ),
    Ill(
        "the emergency route is for calls inside the company as well",
        "emergency_routes",
        ERROR,
        "",
        _routes(EMERGENCY._replace(internal=True)),
    ),
    Ill(
        "the emergency route takes every number",
        "emergency_routes",
        WARNING,
        "",
        _routes(EMERGENCY._replace(patterns=("911", "."))),
    ),
    Ill(
        "the emergency route asks for a password",
        "emergency_routes",
        ERROR,
        "",
        _routes(EMERGENCY._replace(password=True)),
    ),
    Ill(
        "the emergency route is in force at times",
        "emergency_routes",
        WARNING,
        "",
        _routes(EMERGENCY._replace(timed=True)),
    ),
    Ill(
        "another route takes the emergency number first",
        "emergency_routes",
        ERROR,
        "",
        _routes(Route("2", "Out", patterns=("N11",), trunks=(CARRIER,)), EMERGENCY),
    ),
    Ill("a phone's own number leads nowhere", "no_answer", WARNING, "", _no_mailbox),
    Ill("a queue has a phone's number", "queues", WARNING, "", _group("queue")),
    Ill("a ring group has a phone's number", "ring_groups", WARNING, "", _group("ring_group")),
    Ill("a follow-me list has a phone's number", "follow_me", WARNING, "", _group("follow_me")),
    Ill("a static member is to be logged out", "queue_rules", WARNING, "", _rule("static")),
    Ill("a queue does not take whom it does not list", "queue_rules", WARNING, "", _rule("barred")),
    Ill("a rule is for a queue that is gone", "queue_rules", WARNING, "", _rule("gone")),
    Ill(
        "a Call Forward of another module is left",
        "forwards",
        WARNING,
        FORWARDS,
        lambda c: c.office.astdb.values.update({"CF/1001": "200", "CustomDevstate/CF1001": "INUSE"}),
    ),
    Ill("a phone is not registered", "registrations", INFO, "", lambda c: c.unregister("200")),
    Ill(
        "a phone has subscribed to its mailbox",
        "message_lamps",
        WARNING,
        "",
        lambda c: c.office.switchboard.all_subscribers.add("PJSIP/200"),
    ),
    Ill(
        "somebody is locked",
        "locks",
        INFO,
        "",
        lambda c: c.office.ledger.save_attempts("user", "1003", Attempts((), c.office.clock() + 60)),
    ),
    Ill("somebody has a weak PIN", "weak_pins", WARNING, "", lambda c: c.office.ledger.save_weak_pin("1003", 5)),
    Ill("the webhook has no key", "webhook", WARNING, "", _no_key),
    Ill("the webhook takes nothing", "webhook", ERROR, "", _refuses),
    Ill("the clock was set back", "clock", WARNING, "", _of_the_future),
    Ill("the database has another clock", "clock", WARNING, "", _slow_clock),
    Ill("FreePBX's zone is not known", "zone", INFO, "", _zone),
    Ill(
        "FreePBX is too old", "freepbx_version", WARNING, "", lambda c: setattr(c.office.inventory, "all_version", "15")
    ),
    Ill(
        "Asterisk is too new",
        "asterisk_version",
        WARNING,
        "",
        lambda c: setattr(c.office.switchboard, "all_version", "23"),
    ),
    Ill("the daemon does not run", "daemon", WARNING, "", _daemon),
    Ill("a package is missing", "packages", ERROR, "", _packages),
)
