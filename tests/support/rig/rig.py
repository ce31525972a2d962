"""Everything together: network, MariaDB, Asterisk, one real phone for each device, and a trunk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotdesk_module.adapters.ami import Ami
from hotdesk_module.config import Manager
from tests.support.rig import asterisk as asterisk_module
from tests.support.rig import company as names
from tests.support.rig import config_files, freepbx_tables, mariadb, namespace, outbound, phone, shell
from tests.support.rig.ami_tap import AmiTap
from tests.support.rig.company import ACME, Company
from tests.support.rig.debian import SID
from tests.support.rig.mariadb import MariaDB
from tests.support.rig.namespace import NETWORK, TRUNK_ADDRESS, Namespace
from tests.support.rig.phone import Account, Phone

CONTACT_READY = 15.0
# What :meth:`Rig.revive` calls it, beside the numbers of phones.
ASTERISK = "Asterisk"


def missing() -> list[str]:
    """What this machine lacks to run the rig, for a skip reason."""
    lacks = SID.missing() + mariadb.missing() + phone.missing()
    # Only then: without root it could say nothing else.
    lacks = lacks or namespace.missing()
    return lacks


class Rig:
    """Up from `start` to `close`; `reset` between tests puts everything back to the company's state."""

    def __init__(self, company: Company = ACME, phones: bool = True) -> None:
        """`phones`: a real SIP phone for each device, and the trunk."""
        self.company = company
        self._with_phones = phones
        self.namespace = Namespace()
        try:
            self.database = MariaDB()
            self.asterisk = asterisk_module.Asterisk(
                SID.find_or_make(), self.namespace, company, visible=[self.database.home]
            )
        except BaseException:
            self.namespace.close()
            raise
        self.phones: dict[str, Phone] = {}
        self._folder = shell.temporary_folder("phones")
        self._dialplan = ""
        self.module_dialplan = ""

    @property
    def tap(self) -> AmiTap:
        return self.asterisk.tap

    # --- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.database.start()
        freepbx_tables.create(self.database, self.company)
        self.asterisk.freepbx_conf = self.freepbx_conf()
        self.asterisk.start()
        self.asterisk.db_set(self.company.astdb())
        self._dialplan = self.asterisk.cli("dialplan show ext-local")
        if self._with_phones:
            self._start_phones()

    def freepbx_conf(self) -> str:
        """/etc/freepbx.conf, as FreePBX's installer writes it."""
        values = {
            "AMPDBUSER": mariadb.USER,
            "AMPDBPASS": mariadb.PASSWORD,
            "AMPDBHOST": "localhost",
            "AMPDBNAME": mariadb.DATABASE,
            "AMPDBENGINE": "mysql",
            "AMPDBSOCK": str(self.database.socket),
            "datasource": "",
        }
        lines = [f"$amp_conf['{key}'] = '{value}';" for key, value in values.items()]
        return "<?php\n$amp_conf = [];\n" + "\n".join(lines) + "\nrequire_once('/var/www/html/admin/bootstrap.php');\n"

    def _start_phones(self) -> None:
        for index, one in enumerate(self.company.phones()):
            account = Account(one.number, one.name, password=names.SIP_PASSWORD)
            self.phones[one.number] = Phone(
                self.namespace, self._folder / one.number, f"{NETWORK}{11 + index}", [account]
            )
        self.phones["trunk"] = Phone(
            self.namespace,
            self._folder / "trunk",
            TRUNK_ADDRESS,
            [Account(names.OUTSIDE_NUMBER, names.OUTSIDE_NAME), Account(names.EMERGENCY_NUMBER, "Emergency")],
        )
        for device in self.phones.values():
            device.start()
        for device in self.phones.values():
            device.register()
        self.wait_reachable(one.number for one in self.company.phones())

    @property
    def freepbx_conf_file(self) -> Path:
        """What scripts run by Asterisk see as /etc/freepbx.conf; for programs run outside it."""
        return self.asterisk.home / "freepbx.conf"

    def manager(self) -> Ami:
        """Return a connection to the manager interface with the account that FreePBX's settings name."""
        ami = Ami(Manager("127.0.0.1", 5038, names.MANAGER_USER, names.MANAGER_SECRET))
        with self.namespace.entered():
            # A socket stays in the network in which it was opened.
            ami.action("Ping")
        return ami

    @property
    def trunk(self) -> Phone:
        """The outside world: shows the caller ID it gets, and calls DIDs."""
        return self.phones["trunk"]

    def wait_reachable(self, numbers: Iterable[str]) -> None:
        """Until Asterisk has qualified these phones; before, it calls them unavailable (V)."""
        waiting = set(numbers)

        def check() -> bool:
            lines = self.asterisk.cli("pjsip show contacts").splitlines()
            ready = {line.split()[1].split("/")[0] for line in lines if "sip:" in line and " Avail " in line}
            return waiting <= ready

        shell.wait_until(check, f"phones {sorted(waiting)} are reachable", CONTACT_READY)

    def qualify(self) -> None:
        """Let Asterisk ask every phone at once, as it does sooner or later after a start, and wait for the answers."""
        numbers = [one.number for one in self.company.phones()]
        for number in numbers:
            self.asterisk.cli(f"pjsip qualify {number}")
        self.wait_reachable(numbers)

    def register(self, *numbers: str) -> None:
        """These phones sign on, some of them afresh; returns when Asterisk can reach them."""
        for number in numbers:
            if self.phones[number].signed_on:
                # Not by signing off: where Asterisk knows of none, that may be heard after it has signed on again.
                self.phones[number].kill()
                self.phones[number].revive()
            self.phones[number].register()
        self.wait_reachable(numbers)

    def unregister(self, *numbers: str) -> None:
        """These phones sign off; returns when Asterisk has noticed."""
        for number in numbers:
            self.phones[number].unregister()

        def check() -> bool:
            contacts = self.asterisk.cli("pjsip show contacts")
            return not any(f" {number}/sip:" in contacts for number in numbers)

        shell.wait_until(check, f"phones {numbers} are signed off")

    def close(self) -> None:
        for device in self.phones.values():
            with suppress(shell.RigError):
                device.stop()
        for part in (self.asterisk, self.database, self.namespace):
            part.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def revive(self) -> list[str]:
        """Start again what has crashed; return which: numbers of phones, and ``Asterisk``."""
        dead = [ASTERISK] if self.asterisk.crashed else []
        if dead:
            self.asterisk.revive()
            self.qualify()
        return dead + self.revive_phones()

    def revive_phones(self) -> list[str]:
        """Start the phones again whose program has crashed, or hangs; return which."""
        dead = [name for name, device in self.phones.items() if device.crashed or device.stuck]
        for name in dead:
            self.phones[name].revive()
            self.phones[name].register()
        self.wait_reachable(name for name in dead if name != "trunk")
        return dead

    def reset(self) -> None:
        """Every phone on hook, the AstDB and the hints as the company has them; a dead Asterisk is a failure."""
        self.revive_phones()
        self.settle()
        self.asterisk.db_set(self.company.astdb())
        self.asterisk.configure({config_files.HINTS: config_files.hints(self._hints())})
        if self.asterisk.cli("dialplan show ext-local") != self._dialplan:
            self.asterisk.reload_dialplan()

    # --- what FreePBX does ------------------------------------------------------------------------------------------

    def freepbx_reload(self) -> None:
        """Apply Config, as far as it touches us (F§5, F§7).

        Hints from the device lists into dialplan and AstDB; `voicemail` and `followme/*` written afresh; everything
        else left as it is, added hints lost.
        """
        hints = {one.number: self._hint_after_reload(one.number) for one in self.company.extensions}
        for key, value in self.company.astdb().items():
            if key.endswith("/voicemail") or "/followme/" in key:
                self.asterisk.db_put(key, value)
        for number, hint in hints.items():
            self.asterisk.db_put(f"AMPUSER/{number}/hint", hint)
        self.asterisk.configure({config_files.HINTS: config_files.hints(hints)})
        self.asterisk.reload_dialplan()

    def freepbx_edit_extension(self, number: str) -> None:
        """Save an extension's page: deleted and added in edit mode, which half undoes a login there (F§5, V)."""
        sitting = self.asterisk.db_get(f"DEVICE/{number}/user") or ""
        if not self.company.extension(number).virtual:
            self._take_device_from(sitting, number)
        own_list = f"AMPUSER/{number}/device"
        kept = (own_list, f"AMPUSER/{number}/hint")
        for key, value in self.company.extension(number).astdb().items():
            if key not in kept:
                self.asterisk.db_put(key, value)
        self._give_device_to(number, number)

    def freepbx_reset_astdb(self) -> None:
        """`fwconsole util resetastdb`, and the end of a restore: DEVICE deleted and made from FreePBX's tables (F§5).

        A device is added to the list of its user as it is; virtual extensions, which no table of devices has, lose
        their tree, so that is put back here (V).
        """
        for key in self.asterisk.db_show("DEVICE"):
            self.asterisk.db_del(key)
        for one in self.company.extensions:
            for key, value in one.astdb().items():
                family, _, rest = key.partition("/")
                if family == "DEVICE" or (family == "AMPUSER" and rest.split("/")[1] not in ("device", "hint")):
                    self.asterisk.db_put(key, value)
            if not one.virtual:
                self._give_device_to(one.number, one.number)

    def _give_device_to(self, user: str, device: str) -> None:
        key = f"AMPUSER/{user}/device"
        devices = [one for one in (self.asterisk.db_get(key) or "").split("&") if one]
        if device not in devices:
            self.asterisk.db_put(key, "&".join([*devices, device]))

    def _take_device_from(self, user: str, device: str) -> None:
        key = f"AMPUSER/{user}/device"
        listed = self.asterisk.db_get(key)
        if listed is None:
            return
        left = "&".join(one for one in listed.split("&") if one != device)
        if left:
            self.asterisk.db_put(key, left)
        else:
            self.asterisk.db_del(key)

    def _hints(self) -> dict[str, str]:
        keys = self.company.astdb()
        return {one.number: keys[f"AMPUSER/{one.number}/hint"] for one in self.company.extensions}

    def _hint_after_reload(self, number: str) -> str:
        listed = (self.asterisk.db_get(f"AMPUSER/{number}/device") or "").split("&")
        rows = self.database.query("SELECT dial FROM devices WHERE id IN %s ORDER BY id", tuple(listed))
        return names.hint([str(row[0]) for row in rows], number)

    def load_module_dialplan(self, text: str) -> None:
        """Put the module's generated contexts in, as a reload would."""
        self.module_dialplan = text
        self.asterisk.configure({config_files.MODULE_DIALPLAN: config_files.module_dialplan(text)})
        self.asterisk.reload_dialplan()
        self._dialplan = self.asterisk.cli("dialplan show ext-local")

    def set_routes(self, *routes: outbound.OutRoute) -> None:
        """Have these outbound routes, in tables and dialplan, as Apply Config does; none: the company's."""
        chosen = routes or outbound.ROUTES
        with self.database.connect() as link, link.cursor() as cursor:
            outbound.fill(cursor, chosen)
        self.asterisk.configure({outbound.FILE: outbound.dialplan(chosen)})
        self.asterisk.reload_dialplan()

    def forward_like(self, version: int) -> None:
        """Which FreePBX's way of call forwarding the dialplan follows: 16 or 17 (F§2)."""
        self.asterisk.cli(f"dialplan set global CF_FORM {version}")

    def set_hint(self, number: str, hint: str) -> None:
        """As the product does it: by AMI, no reload."""
        self.tap.action(
            "DialplanExtensionAdd",
            Context="ext-local",
            Extension=number,
            Priority="hint",
            Application=hint,
            Replace="true",
        )

    # --- observing -------------------------------------------------------------------------------------------------

    @contextmanager
    def calling(self, caller: str, number: str) -> Iterator[int]:
        """A call for the length of a `with`, over and cleared afterwards; gives the mark for its events."""
        for device in self.phones.values():
            device.forget()
        mark = self.tap.mark()
        self.phones[caller].dial(number)
        try:
            yield mark
        finally:
            self.phones[caller].reset()
            self.settle()

    def settle(self, patience: float = 2.0) -> None:
        """Until no call is left anywhere; what does not end by itself is ended."""
        try:
            shell.wait_until(lambda: not self.asterisk.channels(), "calls end", patience, every=0.02)
        except shell.Timeout:
            self.asterisk.hang_up_everything()
        # An INVITE whose channel is gone already may still be on its way to a phone, with its CANCEL behind it.
        time.sleep(0.03)
        for device in self.phones.values():
            device.reset()

    def testimony(self, size: int = 60000) -> str:
        """What phones saw last and the end of Asterisk's log, in bytes at most, for whoever looks into a failure."""
        phones = [f"{name}: {', '.join(one.recent()) or 'nothing'}" for name, one in self.phones.items()]
        with self.asterisk.full_log.open("rb") as log:
            log.seek(max(0, self.asterisk.log_mark() - size))
            said = log.read().decode("utf-8", "replace").splitlines()
        return "\n".join([*phones, *(line for line in said if "] DEBUG[" not in line)])

    def wait_mailbox(self, box: str, since: int, timeout: float = 10.0) -> None:
        """Until a caller is in that mailbox (not: until some mailbox)."""
        event = self.wait_application("VoiceMail", since, timeout)
        reached = event["AppData"].split("@")[0]
        if reached != box:
            raise AssertionError(f"the caller is in mailbox {reached}, not {box}")

    def wait_application(self, application: str, since: int, timeout: float = 10.0) -> dict[str, str]:
        return self.tap.wait_for("Newexten", since, timeout, Application=application)

    def collected_text(self) -> str:
        """All that could leak: the full log, every manager event, CDRs, the console. For a search for PINs."""
        parts: list[str] = [path.read_text(errors="replace") for path in self._logs()]
        return "\n".join(parts)

    def _logs(self) -> list[Path]:
        home = self.asterisk.home
        return [
            home / "console",
            self.asterisk.events_file,
            *(one for one in (home / "log").rglob("*") if one.is_file()),
        ]
