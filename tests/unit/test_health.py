"""What is looked at, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hotdesk_module import dialplan
from hotdesk_module.core.model import FeatureCode, Phone
from hotdesk_module.errors import AsteriskDown, LedgerDown
from hotdesk_module.health.examine import examine, healthy
from hotdesk_module.health.finding import CODES, ERROR, INFO, LEVELS, OK, WARNING, Finding
from hotdesk_module.health.installation import Installation, Machine
from hotdesk_module.ports import AstDbTree, Context, Flags, Switchboard
from tests.support.fakes import FakeLedger
from tests.support.office import Office

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
        self.office.desk.reconcile()
        self.load()

    def load(self, before: Iterable[str] = (), after: Iterable[str] = ()) -> None:
        """Load the dialplan, as Apply Config does; ``before`` and ``after`` are other modules' includes."""
        built = dialplan.build("", "*11", "*12", self.office.ledger.phones())
        contexts = self.office.switchboard.contexts
        for name in dict.fromkeys(s.context for s in built.steps):
            contexts[name] = Context(frozenset(s.extension for s in built.steps if s.context == name))
        included = tuple(name for _, name in built.includes)
        contexts[built.includes[0][0]] = Context(frozenset(), (*before, *included, *after))

    def examine(self) -> tuple[Finding, ...]:
        office = self.office
        return examine(Installation(office.ledger, office.inventory, self._asterisk, office.clock, self.machine))

    def one(self, code: str) -> Finding:
        """Return the one finding of a code."""
        (found,) = (f for f in self.examine() if f.code == code)
        return found

    def _asterisk(self) -> tuple[AstDbTree, Switchboard]:
        if self.down is not None:
            raise self.down
        return self.office.astdb, self.office.switchboard


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def test_where_everything_is_in_order_everything_is_ok(clinic: Clinic) -> None:
    found = clinic.examine()
    assert {f.level for f in found} == {OK}
    assert healthy(found)
    assert {"database", "asterisk", "projection", "dialplan", "codes", "emergency_cid"} <= {f.code for f in found}


def test_looking_changes_nothing(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.edit_extension("200")
    before, writes = clinic.office.astdb.snapshot(), clinic.office.writes.count
    clinic.examine()
    assert (clinic.office.astdb.snapshot(), clinic.office.writes.count) == (before, writes)


def test_the_worst_comes_first_and_every_code_is_known(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone("999")])
    clinic.machine = clinic.machine._replace(daemon=False)
    found = clinic.examine()
    ranks = [LEVELS.index(f.level) for f in found]
    assert ranks == sorted(ranks) and len(set(ranks)) > 2
    assert {f.code for f in found} <= set(CODES)
    assert not healthy(found)


def test_without_a_database_it_says_so_and_what_needs_it_is_left_out(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise LedgerDown("The database asterisk at localhost does not answer: Connection refused.")

    monkeypatch.setattr(FakeLedger, "phones", down)
    found = clinic.one("database")
    assert found.level == ERROR and "Connection refused" in found.text
    assert {f.code for f in clinic.examine()} == {"database", "python", "packages", "daemon"}


def test_without_asterisk_it_says_so_and_looks_at_the_rest(clinic: Clinic) -> None:
    clinic.down = AsteriskDown("Asterisk's manager at localhost:5038 does not answer: Connection refused.")
    found = clinic.one("asterisk")
    assert found.level == ERROR and "Connection refused" in found.text and "fwconsole start" in found.text
    assert {"database", "codes", "emergency_cid"} <= {f.code for f in clinic.examine()}


def test_asterisk_and_the_ledger_differ(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.edit_extension("200")
    found = clinic.one("projection")
    assert (found.level, found.repairable) == (WARNING, True)
    assert "DEVICE/200/user" in found.text
    clinic.office.desk.reconcile()
    assert clinic.one("projection").level == OK


def test_a_session_of_a_user_who_is_gone_differs_too(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.delete_extension("1003")
    assert "1003 at 200" in clinic.one("projection").text


def test_a_repair_that_is_not_safe_is_an_error_and_no_button(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        clinic.office.desk.login(phone, user)
    clinic.office.ledger.restore(clinic.office.ledger.snapshot()._replace(sessions=(), events=()))
    found = clinic.one("unsafe_plan")
    assert (found.level, found.repairable) == (ERROR, False)


def test_a_dialplan_that_is_not_loaded(clinic: Clinic) -> None:
    clinic.office.switchboard.contexts.clear()
    found = clinic.one("dialplan")
    assert found.level == ERROR and "Apply Config" in found.text


def test_codes_that_are_not_loaded_yet(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone("200", login_code="*55")])
    found = clinic.one("dialplan")
    assert found.level == WARNING and found.title.endswith(": *55")


def test_a_dialplan_that_no_call_reaches(clinic: Clinic) -> None:
    clinic.office.switchboard.contexts["from-internal-additional"] = Context(includes=("app-userlogonoff",))
    assert clinic.one("dialplan").level == ERROR


@pytest.mark.parametrize(
    ("before", "after", "level"), [([], ["app-userlogonoff"], OK), (["app-userlogonoff"], [], ERROR)]
)
def test_cores_own_logon_has_to_come_after_ours(
    clinic: Clinic, before: list[str], after: list[str], level: str
) -> None:
    clinic.load(before, after)
    assert clinic.one("dialplan").level == level


def test_the_codes_in_force_are_named(clinic: Clinic) -> None:
    assert clinic.one("codes").title == "Log in with *11, log out with *12"


def test_a_code_that_is_switched_off(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes = [OURS[0]._replace(enabled=False), OURS[1]]
    assert clinic.one("codes").level == WARNING
    assert "The login code is switched off" in clinic.one("codes").title


def test_a_code_that_another_module_has_too(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes.append(FeatureCode("paging", "page", "*12"))
    found = clinic.one("codes")
    assert found.level == ERROR and found.title == "*12 is the code of paging/page, too"


@pytest.mark.parametrize(("device_and_user", "level"), [(False, INFO), (True, WARNING)])
def test_cores_logon_on_the_same_codes(clinic: Clinic, device_and_user: bool, level: str) -> None:
    clinic.office.inventory.all_codes += CORES
    clinic.office.inventory.all_flags = Flags(device_and_user=device_and_user)
    found = clinic.one("core_codes")
    assert (found.level, found.title) == (level, "FreePBX's own user logon has *11 and *12, too")
    assert clinic.one("codes").level == OK
    clinic.office.inventory.all_codes[-2:] = [c._replace(enabled=False) for c in CORES]
    assert "core_codes" not in {f.code for f in clinic.examine()}


def test_a_phone_without_emergency_cid_is_an_error(clinic: Clinic) -> None:
    devices = clinic.office.inventory.all_devices
    clinic.office.inventory.all_devices = [d._replace(emergency_cid="") if d.id == "201" else d for d in devices]
    found = clinic.one("emergency_cid")
    assert (found.level, found.phones) == (ERROR, ("201",))


def test_a_phone_that_freepbx_no_longer_has(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone(str(n)) for n in range(900, 912)])
    found = clinic.one("no_device")
    assert (found.level, len(found.phones)) == (ERROR, 12)
    assert found.title.startswith("Phones 900, 901,") and "and 2 more" in found.title


def test_a_phone_whose_own_number_leads_nowhere(clinic: Clinic) -> None:
    users = clinic.office.inventory.all_users
    clinic.office.inventory.all_users = [u._replace(mailbox="") if u.extension in ("200", "201") else u for u in users]
    clinic.office.inventory.all_destinations = {"201": "ext-group,600,1"}
    found = clinic.one("no_answer")
    assert (found.level, found.phones) == (WARNING, ("200",))


def test_an_empty_pool_is_only_a_hint(clinic: Clinic) -> None:
    for phone in clinic.office.ledger.phones():
        clinic.office.ledger.remove_phone(phone.device)
    assert clinic.one("pool").level == INFO


@pytest.mark.parametrize(("runs", "level"), [(True, OK), (False, WARNING), (None, INFO)])
def test_whether_the_daemon_runs(clinic: Clinic, runs: bool | None, level: str) -> None:
    clinic.machine = clinic.machine._replace(daemon=runs)
    assert clinic.one("daemon").level == level


def test_packages_that_are_missing(clinic: Clinic) -> None:
    assert clinic.one("packages").level == OK
    clinic.machine = clinic.machine._replace(packages={"flask": None, "click": "8.1"})
    found = clinic.one("packages")
    assert found.level == ERROR and found.title.endswith(": flask")
