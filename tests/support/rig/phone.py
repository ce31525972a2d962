"""A real SIP phone: baresip, one process per phone, driven over its control port.

It registers, rings, answers, and sends digits as RFC 4733 telephone events, one at a time as fingers do.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import socket
import subprocess
import threading
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from tests.support.rig import shell
from tests.support.rig.namespace import PBX_ADDRESS

_MODULES = "g711 aufile aubridge"
# A digit takes 20 ms of packets to start and three to end; below this gap one in some hundred is lost.
DIGIT_GAP = 0.09


def missing() -> list[str]:
    return [] if shutil.which("baresip") and _module_path() else ["baresip"]


def _module_path() -> Path | None:
    for folder in (Path("/usr/lib/baresip/modules"), *sorted(Path("/usr/lib").glob("*/baresip/modules"))):
        if (folder / "ctrl_tcp.so").exists():
            return folder
    return None


@dataclass(frozen=True)
class IncomingCall:
    """What the phone shows of who is calling."""

    name: str
    number: str
    called: str = ""


@dataclass(frozen=True)
class Account:
    user: str
    display_name: str
    domain: str = PBX_ADDRESS
    password: str = ""  # empty: does not register

    def line(self) -> str:
        """As baresip writes it."""
        registration = f";auth_user={self.user};auth_pass={self.password};regint=3600" if self.password else ";regint=0"
        return f'"{self.display_name}" <{self.address}>{registration};audio_codecs=pcmu'

    @property
    def address(self) -> str:
        return f"sip:{self.user}@{self.domain}"


@dataclass(frozen=True)
class Ports:
    """Where a phone listens; several on one address need different ones."""

    sip: int = 5060
    control: int = 4444
    rtp: str = "10000-19998"


class Network(Protocol):
    """Where the phone's program runs: a namespace, or simply this machine."""

    def argv(self, command: Sequence[str]) -> list[str]: ...
    def connect(self, host: str, port: int, timeout: float = 5.0) -> socket.socket: ...


class ThisHost:
    """The network that this machine has anyway."""

    def argv(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def connect(self, host: str, port: int, timeout: float = 5.0) -> socket.socket:
        return socket.create_connection((host, port), timeout=timeout)


class Phone:
    """One phone with one or more accounts; calls go out from the first."""

    def __init__(
        self, network: Network, home: Path, address: str, accounts: list[Account], ports: Ports | None = None
    ) -> None:
        self.number = accounts[0].user
        self.address, self.accounts, self._ports = address, accounts, ports or Ports()
        self._network, self._home = network, home
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._reader: threading.Thread | None = None
        self._news = threading.Condition()
        self._events: list[dict[str, str]] = []
        self._replies: dict[str, dict[str, object]] = {}
        self._counter = 0
        self._open: set[str] = set()  # calls by baresip's id
        self._dialling = False  # a call out has no id yet
        self._since = 0  # events before belong to calls already dealt with
        self.signed_on = self._signed_off = False

    # --- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._write_config()
        self._process = shell.start(
            self._network.argv(["baresip", "-f", str(self._home)]),
            self._home / "log",
            env={"HOME": str(self._home), "PATH": "/usr/bin:/bin"},
        )
        self._control = shell.wait_until(self._connect, f"phone {self.number} answers its control port")
        self._reader = threading.Thread(target=self._read, args=(self._control,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The number of the process; 0 where it has ended."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    @property
    def crashed(self) -> bool:
        """Whether the program has died of itself; libre 2 frees a transaction twice now and then."""
        return self._process is not None and self._process.poll() is not None

    @property
    def stuck(self) -> bool:
        """Whether the program does not answer any more, or has calls that it has never told the end of."""
        try:
            return self.idle and "(0)" not in self._command("listcalls")
        except (shell.Timeout, OSError):
            return True

    def revive(self) -> None:
        """Start a phone again; it is not registered yet."""
        self.stop()
        with self._news:
            self._open.clear()
            self._dialling = False
        self.signed_on = self._signed_off = False
        self.start()

    def kill(self) -> None:
        """End the program as a power cut would: nobody is told."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def _connect(self) -> socket.socket | None:
        try:
            link = self._network.connect(self.address, self._ports.control)
        except OSError:
            return None
        link.settimeout(None)
        return link

    def _write_config(self) -> None:
        modules = _module_path()
        if modules is None:
            raise shell.RigError("baresip is not installed")
        self._home.mkdir(parents=True, exist_ok=True)
        lines = [
            "poll_method epoll",
            f"sip_listen {self.address}:{self._ports.sip}",
            "call_max_calls 4",
            f"audio_player aubridge,{self.number}",
            f"audio_source aufile,{self._home}/voice.wav",
            f"audio_alert aubridge,{self.number}",
            "audio_path /nonexistent",
            "statmode_default off",
            f"rtp_ports {self._ports.rtp}",
            f"module_path {modules}",
            *(f"module {name}.so" for name in _MODULES.split()),
            "module_tmp account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            f"ctrl_tcp_listen {self.address}:{self._ports.control}",
        ]
        (self._home / "config").write_text("\n".join(lines) + "\n")
        # Those that register are added by `register`, so that a test decides when.
        fixed = [one.line() for one in self.accounts if not one.password]
        (self._home / "accounts").write_text("".join(line + "\n" for line in fixed))
        (self._home / "contacts").write_text("")
        _tone(self._home / "voice.wav")

    def stop(self) -> None:
        if self._process is not None:
            shell.stop(self._process, grace=2)
        if self._reader is not None:
            self._reader.join(5)  # ends with the connection
        if self._control is not None:
            self._control.close()

    # --- calls -----------------------------------------------------------------------------------------------------

    def dial(self, number: str) -> None:
        """Call; returns once the call is under way."""
        self.forget()
        self._dialling = True
        # An incoming call makes its account the current one.
        self._command("uafind", self.accounts[0].address)
        self._command("dial", f"sip:{number.replace('#', '%23')}@{self.accounts[0].domain}", must=True)

    def forget(self) -> None:
        """What happened until now belongs to earlier calls."""
        with self._news:
            self._since = len(self._events)

    def send_digits(self, digits: str) -> None:
        """Press keys in a call."""
        for digit in digits:
            self._command("sndcode", digit)
            time.sleep(DIGIT_GAP)

    def wait_ringing(self, timeout: float = 5.0) -> IncomingCall:
        """Wait until the phone rings."""
        event = self._wait("CALL_INCOMING", timeout)
        number = re.sub(r"^sips?:", "", event.get("peeruri", "")).split("@")[0]
        return IncomingCall(
            name=event.get("peerdisplayname", ""),
            number=unquote(number),
            called=re.sub(r"^sips?:", "", event.get("accountaor", "")).split("@")[0],
        )

    def does_not_ring(self, seconds: float) -> bool:
        """Watch for that long."""
        try:
            self._wait("CALL_INCOMING", seconds)
        except shell.Timeout:
            return True
        return False

    @property
    def rang(self) -> bool:
        """Whether a call came in that nobody waited for, since the last `forget` or `dial`."""
        with self._news:
            return any(event.get("type") == "CALL_INCOMING" for event in self._events[self._since :])

    def wait_ringback(self, timeout: float = 5.0) -> None:
        """The other side rings."""
        self._wait("CALL_RINGING", timeout)

    def wait_answered(self, timeout: float = 10.0) -> None:
        """The call is up."""
        self._wait("CALL_ESTABLISHED", timeout)

    def wait_idle(self, timeout: float = 10.0) -> str:
        """The call is over; returns the phone's reason."""
        return self._wait("CALL_CLOSED", timeout).get("param", "")

    def answer(self, timeout: float = 10.0) -> None:
        self._command("accept")
        self.wait_answered(timeout)

    def reject(self, busy: bool = True) -> None:
        """Refuse a ringing call with 486."""
        # baresip's hang-up key refuses with 486 while ringing; other reasons have no key.
        if not busy:
            raise ValueError("only a busy refusal can be keyed")
        self._command("hangup")

    def hangup(self) -> None:
        self._command("hangup")

    def reset(self) -> None:
        """Back on the hook, nothing remembered."""
        for _ in range(4):  # as many calls as it can hold
            if self.idle:
                break
            self._command("hangup")
            with self._news:
                self._news.wait_for(lambda: self.idle, 0.5)
        self.forget()

    @property
    def idle(self) -> bool:
        """No call, ringing or up."""
        return not self._open and not self._dialling

    def recent(self, count: int = 8) -> list[str]:
        """The last events, oldest first, for whoever looks into a failure."""
        with self._news:
            found = self._events[-count:]
        return [" ".join(filter(None, (e.get("type"), e.get("peeruri"), e.get("param")))) for e in found]

    # --- registration ----------------------------------------------------------------------------------------------

    def register(self, timeout: float = 5.0) -> None:
        """Sign on with every account that has a password. Not twice: the phone would have each account twice."""
        assert not self.signed_on, f"phone {self.number} has signed on already"
        if self._signed_off:
            self.revive()
        self.signed_on = True
        for one in self._registering():
            self.forget()
            self._command("uanew", one.line())
            self._wait("REGISTER_OK", timeout)

    def unregister(self) -> None:
        """Sign off. The program has no other way than to delete the accounts, and goes on using one that is deleted
        (baresip 1.0.0: the contact it sends is freed memory), so whoever signs on again starts it anew."""
        self.signed_on, self._signed_off = False, True
        for one in self._registering():
            self._command("uadel", one.address)

    def _registering(self) -> list[Account]:
        return [one for one in self.accounts if one.password]

    # --- control ---------------------------------------------------------------------------------------------------

    def _command(self, name: str, parameters: str = "", must: bool = False) -> str:
        """Send a command, return what it prints; where it `must` work, a refusal is an error."""
        if self._control is None:
            raise shell.RigError(f"phone {self.number} is not started")
        with self._news:
            self._counter += 1
            token = str(self._counter)
        text = json.dumps({"command": name, "params": parameters, "token": token}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))
        with self._news:
            if not self._news.wait_for(lambda: token in self._replies, 5.0):
                raise shell.Timeout(f"phone {self.number} does not answer {name}")
            reply = self._replies.pop(token)
        if must and not reply.get("ok"):
            raise shell.RigError(f"phone {self.number} refuses {name}: {reply.get('data')}")
        return str(reply.get("data", ""))

    def _wait(self, kind: str, timeout: float) -> dict[str, str]:
        """The first event of that kind after those already consumed; consumes up to it."""
        found: list[tuple[int, dict[str, str]]] = []

        def look() -> bool:
            for index in range(self._since, len(self._events)):
                if self._events[index].get("type") == kind:
                    found.append((index, self._events[index]))
                    return True
            return False

        with self._news:
            if not self._news.wait_for(look, timeout):
                seen = [event.get("type", "") for event in self._events[self._since :]]
                raise shell.Timeout(f"phone {self.number}: no {kind} within {timeout:g} s, but {seen}")
            index, event = found[0]
            self._since = index + 1
            return event

    def _read(self, link: socket.socket) -> None:
        rest = b""
        while True:
            try:
                data = link.recv(65536)
            except OSError:
                return
            if not data:
                return
            rest += data
            while True:
                match = re.match(rb"(\d+):", rest)
                if not match or len(rest) < match.end() + int(match.group(1)) + 1:
                    break
                end = match.end() + int(match.group(1))
                self._take(json.loads(rest[match.end() : end].decode("utf-8", "replace")))
                rest = rest[end + 1 :]

    def _take(self, message: dict[str, object]) -> None:
        with self._news:
            if message.get("response"):
                self._replies[str(message.get("token"))] = message
            else:
                event = {key: str(value) for key, value in message.items()}
                self._events.append(event)
                if event.get("direction") == "outgoing" and event.get("id"):
                    self._dialling = False
                if event.get("type") == "CALL_CLOSED":
                    self._open.discard(event.get("id", ""))
                elif event.get("class") == "call" and event.get("id"):
                    self._open.add(event["id"])
            self._news.notify_all()


def _tone(path: Path, seconds: int = 120) -> None:
    """What is said into the phone: 500 Hz, so that a message left in a mailbox is not silence."""
    period = b"".join(
        round(8000 * math.sin(math.tau * step / 16)).to_bytes(2, "little", signed=True) for step in range(16)
    )
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(period * (500 * seconds))
