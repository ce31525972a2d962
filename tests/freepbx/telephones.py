"""SIP phones on the PBX itself, and a manager connection that hears what becomes of their calls.

All phones have the machine's own address and a port each, so that no network need be set up and no firewall opened.
"""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from tests.freepbx import office
from tests.freepbx.machine import Machine
from tests.support.rig import phone, shell
from tests.support.rig.ami_tap import AmiTap
from tests.support.rig.phone import Account, Phone, Ports, ThisHost

FIRST_PORT = 5460
FIRST_CONTROL_PORT = 5480
TAP = "hotdesk-acceptance"
# Until Asterisk has qualified a phone that has just registered; FreePBX's default is a minute (V).
QUALIFIED = 75.0


def missing() -> list[str]:
    """What this machine lacks for calls, in words for a skip reason."""
    return [f"{name} (a SIP phone; Debian has it)" for name in phone.missing()]


def own_address() -> str:
    """Return the address of this machine that phones may use; SIP phones refuse the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    for word in shell.run(["hostname", "-I"]).split():
        if "." in word:
            return word
    raise shell.RigError("this machine has no address of its own, only the loopback")


def transport(machine: Machine) -> tuple[str, int]:
    """Return the name and the port of PJSIP's UDP transport."""
    found = re.search(r"Transport:\s+(\S+)\s+udp\s+\d+\s+\d+\s+\S+:(\d+)", machine.cli("pjsip show transports"))
    if not found:
        raise shell.RigError("PJSIP has no UDP transport on this PBX")
    return found.group(1), int(found.group(2))


class Telephones:
    """One phone for each of the office's devices, and the provider at the trunk's other end."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.address = own_address()
        self.transport, port = transport(machine)
        self.domain = self.address if port == 5060 else f"{self.address}:{port}"
        self.trunk_port = FIRST_PORT
        self._folder = shell.temporary_folder("acceptance")
        self.phones: dict[str, Phone] = {}
        provider = [Account(number, "Provider", self.domain) for number in (office.OUTSIDE, office.EMERGENCY)]
        self._add("trunk", provider)
        for one in office.EXTENSIONS:
            if not one.virtual:
                self._add(one.number, [Account(one.number, one.name, self.domain, one.secret)])
        self.events_file = self._folder / "events"
        self.tap = self._make_tap()

    def _add(self, name: str, accounts: list[Account]) -> None:
        number = len(self.phones)
        # Each takes the next port too, for TLS.
        ports = Ports(sip=FIRST_PORT + 2 * number, control=FIRST_CONTROL_PORT + number, rtp="30000-39998")
        self.phones[name] = Phone(ThisHost(), self._folder / name, self.address, accounts, ports)

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Connect the phones; the extensions must be in Asterisk by now."""
        for device in self.phones.values():
            device.start()
        for device in self.phones.values():
            device.register(10)
        self.listen()

    def listen(self) -> None:
        """Hear Asterisk's events, again after it was restarted."""
        self.tap.close()
        self.machine.cli("manager reload")
        shell.wait_until(self._open_tap, "the manager interface takes the suite's account", 15, every=0.5)

    def _open_tap(self) -> bool:
        try:
            self.tap.open()
        except (OSError, shell.RigError):
            self.tap.close()
            return False
        return True

    def close(self) -> None:
        self.tap.close()
        for device in self.phones.values():
            with suppress(shell.RigError):
                device.stop()
        self._accounts_file.write_text(self._accounts_before)
        self.machine.cli("manager reload")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_tap(self) -> AmiTap:
        # FreePBX's own account may not hear which prompts are played. This is the administrator's file.
        self._accounts_file = self.machine.path("ASTETCDIR") / "manager_custom.conf"
        self._accounts_before = self._accounts_file.read_text() if self._accounts_file.exists() else ""
        secret = secrets.token_hex(12)
        account = f"\n[{TAP}]\nsecret = {secret}\npermit = 127.0.0.1/255.255.255.255\nread = all\nwrite = all\n"
        # Events with Asterisk's time, by which the comparison with core's login is made.
        times = "\n[general](+)\ntimestampevents = yes\n"
        self._accounts_file.write_text(self._accounts_before + times + account)
        port = int(self.machine.settings["ASTMANAGERPORT"] or 5038)
        return AmiTap(lambda: socket.create_connection(("127.0.0.1", port), 5), TAP, secret, self.events_file)

    def wait_reachable(self, numbers: Iterable[str] = ()) -> None:
        """Until Asterisk has qualified the phones; before, queues pass them over (V)."""
        wanted = set(numbers) or {name for name in self.phones if name != "trunk"}

        def check() -> bool:
            lines = self.machine.cli("pjsip show contacts").splitlines()
            ready = {line.split()[1].split("/")[0] for line in lines if "sip:" in line and "Avail" in line}
            return wanted <= ready

        shell.wait_until(check, f"phones {sorted(wanted)} are reachable", QUALIFIED, every=0.5)

    def revive(self) -> list[str]:
        """Start the phones again whose program has crashed; return which."""
        crashed = [name for name, device in self.phones.items() if device.crashed]
        for name in crashed:
            self.phones[name].revive()
            self.phones[name].register(10)
        return crashed

    # --- calls -------------------------------------------------------------------------------------------------------

    @contextmanager
    def calling(self, caller: str, number: str) -> Iterator[int]:
        """A call for the length of a ``with``, over and cleared afterwards; gives the mark for its events."""
        for device in self.phones.values():
            device.forget()
        mark = self.tap.mark()
        self.phones[caller].dial(number)
        try:
            yield mark
        finally:
            self.phones[caller].reset()
            self.settle()

    @contextmanager
    def coming_in(self, did: str) -> Iterator[None]:
        """A call from outside to a number of the PBX; Asterisk itself is the outside."""
        for device in self.phones.values():
            device.forget()
        channel = f"Local/{did}@from-pstn"
        self.tap.action("Originate", Channel=channel, Application="Wait", Data="20", Async="true", Timeout="20000")
        try:
            yield
        finally:
            for name in self.channels():
                self.machine.cli(f"channel request hangup {name}")
            self.settle()

    def channels(self) -> list[str]:
        """Return the channels of the suite's calls; others may telephone meanwhile."""
        names = [
            line.split("!")[0] for line in self.machine.cli("core show channels concise").splitlines() if "!" in line
        ]
        return [name for name in names if re.search(rf"^\w+/({office.PREFIX}|{office.TRUNK})", name)]

    def settle(self, patience: float = 4.0) -> None:
        """Until no call of ours is left; what does not end by itself is ended."""
        for device in self.phones.values():
            device.reset()
        try:
            shell.wait_until(lambda: not self.channels(), "calls end", patience, every=0.2)
        except shell.Timeout:
            for name in self.channels():
                self.machine.cli(f"channel request hangup {name}")
            time.sleep(0.5)
        for device in self.phones.values():
            device.reset()

    def wait_application(self, application: str, since: int, timeout: float = 15.0) -> str:
        """Wait for an application of the dialplan; return what it was given."""
        return self.tap.wait_for("Newexten", since, timeout, Application=application)["AppData"]

    def wait_mailbox(self, box: str, since: int, timeout: float = 15.0) -> None:
        """Until a caller is in that mailbox, not in another one."""
        reached = self.wait_application("VoiceMail", since, timeout).split("@")[0]
        assert reached == box, f"the caller is in mailbox {reached}, not {box}"

    def wait_prompt(self, prompt: str, since: int) -> int:
        """Wait until the login dialogue plays a prompt; return the mark behind it."""
        self.tap.wait_for("AGIExecStart", since, 15.0, Command=re.compile(f'"{re.escape(prompt)}"'))
        return self.tap.mark()
