"""A SIP user agent without sound that keeps every message it gets, and says of itself what a test wants.

The phones of the rig (`phone.py`) are real ones, but keep to themselves who they were told the other side is, and can
neither assert an identity of their own nor hand a call over to another one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import threading
from dataclasses import dataclass
from typing import Callable

from tests.support.rig import shell
from tests.support.rig.namespace import PBX_ADDRESS, Namespace

_IDENTITY = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<sips?:([^@>;]*)')
# The payload type of keys that are pressed (RFC 4733).
DIGITS = 101
_ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, UPDATE"


@dataclass(frozen=True)
class Message:
    """A SIP message as it came: the first line, headers by name in lower case, the body."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def parse(cls, data: bytes) -> Message:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(start, tuple((name.strip().lower(), value.strip()) for name, _, value in pairs), body)

    def header(self, name: str) -> str:
        """The first of that name; empty where there is none."""
        return next((value for known, value in self.headers if known == name.lower()), "")

    @property
    def status(self) -> int:
        """Of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of the request, also of the one that is answered."""
        return self.header("CSeq").split()[-1]

    @property
    def identity(self) -> tuple[str, str] | None:
        """Name and number of P-Asserted-Identity."""
        match = _IDENTITY.match(self.header("P-Asserted-Identity"))
        return ((match[1] or match[2] or ""), match[3]) if match else None


class Call:
    """One dialog of an agent: what it needs to send in it, and what came."""

    def __init__(self, identifier: str, local: str, remote: str, target: str) -> None:
        self.identifier, self.local, self.remote, self.target = identifier, local, remote, target
        self.sequence = 0
        self.received: list[Message] = []
        self.invite: Message | None = None  # theirs, to be answered
        self.answered = self.over = False

    @property
    def identities(self) -> list[tuple[str, str]]:
        """Who the other side was said to be, in order, without repetitions in a row."""
        told = [message.identity for message in self.received]
        known = [one for one in told if one is not None]
        return [one for number, one in enumerate(known) if number == 0 or known[number - 1] != one]

    def ways(self, identity: tuple[str, str]) -> set[str]:
        """By which requests and responses that identity was told, e.g. ``UPDATE`` or ``200``."""
        told = (message for message in self.received if message.identity == identity)
        return {str(message.status) if message.status else message.method for message in told}

    @property
    def replaces(self) -> str:
        """The call as Replaces names it to the other side."""
        return f"{self.identifier};to-tag={_tag(self.remote)};from-tag={_tag(self.local)}"


class Agent:
    """One account at the PBX. Calls and is called; in UDP on an address of its own."""

    def __init__(
        self,
        network: Namespace,
        address: str,
        number: str,
        password: str,
        name: str = "",
        port: int = 5060,
        media: int = 40000,
    ) -> None:
        """`media`: the port that sound is to be sent to; nobody listens to it here."""
        self.media = media
        self.number, self._address, self._port, self._password = number, address, port, password
        self._local = f'"{name}" <sip:{number}@{PBX_ADDRESS}>'
        self.asserted = ""  # P-Asserted-Identity of what it sends in a call
        self._news = threading.Condition()
        self._calls: dict[str, Call] = {}
        # Headers and body of what was sent, by Call-ID and CSeq: to be sent again with credentials.
        self._sent: dict[tuple[str, str], tuple[list[str], str]] = {}
        with network.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((address, port))
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"agent-{number}")
        self._thread.start()

    def close(self) -> None:
        self.hang_up_all()
        self._closing = True
        # A datagram to itself ends the wait.
        self._socket.sendto(b"\r\n", (self._address, self._port))
        self._thread.join(5)
        self._socket.close()

    # --- what it does ------------------------------------------------------------------------------------------------

    def register(self, seconds: int = 3600) -> None:
        """Sign on; with 0 sign off."""
        call = self._begin(f"sip:{PBX_ADDRESS}", self._local)
        self._request("REGISTER", call, [f"Expires: {seconds}"])
        self.wait(call, lambda one: _has(one, "REGISTER", 200), "REGISTER is taken")
        del self._calls[call.identifier]

    def dial(self, number: str) -> Call:
        """Call; returns once the call is under way."""
        target = f"sip:{number}@{PBX_ADDRESS}"
        call = self._begin(target, f"<{target}>")
        self._request("INVITE", call, [], self._sdp())
        return call

    def wait_call(self, timeout: float = 5.0) -> Call:
        """Wait for a call that comes in; it rings."""

        def look() -> Call | None:
            return next((one for one in self._calls.values() if one.invite and not one.answered and not one.over), None)

        with self._news:
            self._news.wait_for(lambda: look() is not None, timeout)
            found = look()
        if found is None:
            raise shell.Timeout(f"agent {self.number}: no call within {timeout:g} s")
        return found

    def answer(self, call: Call) -> None:
        assert call.invite is not None
        call.answered = True
        self._respond(call.invite, 200, "OK", call, self._sdp())

    def wait_answered(self, call: Call, timeout: float = 8.0) -> None:
        self.wait(call, lambda one: one.answered, "the call is answered", timeout)

    def wait_shown(self, call: Call, identity: tuple[str, str], timeout: float = 8.0) -> None:
        """Wait until that is the last that it was told of the other side."""
        self.wait(call, lambda one: one.identities[-1:] == [identity], f"{identity} is shown", timeout)

    def hold(self, call: Call, on: bool = True) -> None:
        """Hold, or take back; returns when the other side has agreed."""
        before = sum(1 for one in call.received if (one.method, one.status) == ("INVITE", 200))
        self._request("INVITE", call, [], self._sdp("sendonly" if on else "sendrecv"))
        self.wait(
            call,
            lambda c: sum(1 for one in c.received if (one.method, one.status) == ("INVITE", 200)) > before,
            "the other side agrees to hold",
        )

    def transfer(self, call: Call, number: str, with_call: Call | None = None) -> None:
        """Hand a call over to a number, or to whoever it talks to in another call."""
        replaces = f"?Replaces={_escaped(with_call.replaces)}" if with_call else ""
        to = f"<sip:{number}@{PBX_ADDRESS}{replaces}>"
        self._request("REFER", call, [f"Refer-To: {to}", f"Referred-By: <sip:{self.number}@{PBX_ADDRESS}>"])
        self.wait(call, lambda one: _has(one, "REFER", 202), "the transfer is taken")

    def hang_up(self, call: Call) -> None:
        if call.answered and not call.over:
            self._request("BYE", call, [])
        elif call.invite is not None and not call.over:
            self._respond(call.invite, 486, "Busy Here", call)
        elif call.sequence and not call.over:
            self._request("CANCEL", call, [])
        call.over = True

    def hang_up_all(self) -> None:
        for call in list(self._calls.values()):
            self.hang_up(call)

    def wait(self, call: Call, look: Callable[[Call], bool], what: str, timeout: float = 8.0) -> None:
        with self._news:
            if not self._news.wait_for(lambda: look(call), timeout):
                seen = [one.start for one in call.received]
                raise shell.Timeout(f"agent {self.number}: not within {timeout:g} s: {what}; {call.identities}, {seen}")

    # --- messages ----------------------------------------------------------------------------------------------------

    def _begin(self, target: str, remote: str) -> Call:
        call = Call(secrets.token_hex(8), f"{self._local};tag={secrets.token_hex(4)}", remote, target)
        self._calls[call.identifier] = call
        return call

    def _sdp(self, direction: str = "sendrecv") -> str:
        address = f"IN IP4 {self._address}"
        audio = f"m=audio {self.media} RTP/AVP 0 {DIGITS}"
        kinds = "a=rtpmap:0 PCMU/8000", f"a=rtpmap:{DIGITS} telephone-event/8000"
        lines = ("v=0", f"o=- 1 1 {address}", "s=-", f"c={address}", "t=0 0", audio, *kinds, f"a={direction}")
        return "".join(f"{line}\r\n" for line in lines)

    def _request(self, method: str, call: Call, extra: list[str], body: str = "") -> None:
        if method != "CANCEL":
            call.sequence += 1
        self._sent[call.identifier, f"{call.sequence} {method}"] = (extra, body)
        self._write(method, call, call.sequence, call.remote, call.target, [*self._own(), *extra], body)

    def _write(
        self,
        method: str,
        call: Call,
        sequence: int,
        to: str,
        target: str,
        extra: list[str],
        body: str = "",
        own: str = "",
    ) -> None:
        # What cancels an INVITE or notes its refusal belongs to its transaction.
        branch = f"z9hG4bK{call.identifier}{sequence}{own or ('INVITE' if method == 'CANCEL' else method)}"
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._address}:{self._port};rport;branch={branch}",
            f"From: {call.local}",
            f"To: {to}",
            f"Call-ID: {call.identifier}",
            f"CSeq: {sequence} {method}",
            "Max-Forwards: 70",
            *extra,
        ]
        self._send(lines, body)

    def _respond(self, request: Message, status: int, reason: str, call: Call | None, body: str = "") -> None:
        to = request.header("To")
        if call is not None and ";tag=" not in to:
            to += f";tag={_tag(call.local)}"
        copied = [f"Via: {value}" for name, value in request.headers if name == "via"]
        names = ("From", "Call-ID", "CSeq")
        lines = [f"SIP/2.0 {status} {reason}", *copied, f"To: {to}", *(f"{n}: {request.header(n)}" for n in names)]
        self._send([*lines, *self._own()], body)

    def _own(self) -> list[str]:
        asserted = [f"P-Asserted-Identity: {self.asserted}"] if self.asserted else []
        return [f"Contact: <sip:{self.number}@{self._address}:{self._port}>", f"Allow: {_ALLOW}", *asserted]

    def _send(self, lines: list[str], body: str) -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        head = "".join(f"{line}\r\n" for line in (*lines, *kind, f"Content-Length: {len(body)}"))
        self._socket.sendto(f"{head}\r\n{body}".encode(), (PBX_ADDRESS, 5060))

    def _run(self) -> None:
        while not self._closing:
            data = self._socket.recv(65536)
            if data.strip():
                with self._news:
                    self._take(Message.parse(data))
                    self._news.notify_all()

    def _take(self, message: Message) -> None:
        call = self._calls.get(message.header("Call-ID"))
        if call is None and message.method == "INVITE" and not message.status:
            call = self._begin(_address(message.header("Contact")), message.header("From"))
            del self._calls[call.identifier]
            call.identifier = message.header("Call-ID")
            call.local = f"{message.header('To')};tag={_tag(call.local)}"
            self._calls[call.identifier] = call
        if call is not None:
            call.received.append(message)
        if message.status:
            self._take_response(message, call)
        else:
            self._take_request(message, call)

    def _take_request(self, message: Message, call: Call | None) -> None:
        if message.method == "ACK":
            return
        if call is not None and message.method == "INVITE" and not call.answered:
            call.invite = message
            self._respond(message, 180, "Ringing", call)
            return
        if call is not None and message.method == "CANCEL" and call.invite is not None:
            self._respond(call.invite, 487, "Request Terminated", call)
        if call is not None and message.method in ("BYE", "CANCEL"):
            call.over = True
        self._respond(message, 200, "OK", call, self._sdp() if message.method == "INVITE" else "")

    def _take_response(self, message: Message, call: Call | None) -> None:
        if call is None or message.status < 200:
            return
        sequence, method = message.header("CSeq").split()
        if method == "INVITE":
            if message.status < 300:
                call.remote, call.target = message.header("To"), _address(message.header("Contact"))
                call.answered = True
            else:
                call.over = message.status != 401
            refused = "INVITE" if message.status >= 300 else ""
            self._write("ACK", call, int(sequence), message.header("To"), call.target, [], own=refused)
        sent = self._sent.pop((call.identifier, message.header("CSeq")), None)
        if message.status == 401 and sent is not None:
            extra, body = sent
            if not any(line.startswith("Authorization") for line in extra):
                self._request(method, call, [*extra, self._credentials(message, method, call.target)], body)

    def _credentials(self, challenge: Message, method: str, uri: str) -> str:
        asked = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.header("WWW-Authenticate")))
        client, count = secrets.token_hex(8), "00000001"
        secret = _md5(f"{self.number}:{asked['realm']}:{self._password}")
        proof = _md5(f"{secret}:{asked['nonce']}:{count}:{client}:auth:{_md5(f'{method}:{uri}')}")
        parts = {"username": self.number, "realm": asked["realm"], "nonce": asked["nonce"], "uri": uri}
        parts.update({"response": proof, "cnonce": client, "opaque": asked.get("opaque", "")})
        return "Authorization: Digest " + ", ".join(
            [*(f'{name}="{value}"' for name, value in parts.items()), "algorithm=MD5", "qop=auth", f"nc={count}"]
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _tag(header: str) -> str:
    return header.partition(";tag=")[2].partition(";")[0]


def _address(header: str) -> str:
    match = re.search(r"<([^>]*)>", header)
    return match[1] if match else header


def _escaped(text: str) -> str:
    return text.replace(";", "%3B").replace("=", "%3D").replace("@", "%40")


def _has(call: Call, method: str, status: int) -> bool:
    return any((one.method, one.status) == (method, status) for one in call.received)
