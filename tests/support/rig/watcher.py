"""A busy lamp field: subscribes to extensions as a SIP phone's keys do, and keeps what it is told (RFC 4235).

The bare protocol on a socket of its own: the rig's phones have no such keys.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import socket
import threading
import time
from urllib.parse import quote

from tests.support.rig.company import SIP_PASSWORD
from tests.support.rig.namespace import NETWORK, PBX_ADDRESS, Namespace
from tests.support.rig.shell import RigError, Timeout

ADDRESS, PORT = f"{NETWORK}70", 5060
# What a lamp that is off and one that is on are told; RFC 4235.
OFF, ON = "terminated", "confirmed"
_STATE = re.compile(r"<state[^>]*>(\w+)</state>")
# What an answer takes over from its request.
_ECHOED = ("Via", "From", "To", "Call-ID", "CSeq")


class Watcher:
    """Keys with lamps on a phone that has the number and password of one of the company's; up until `close`."""

    def __init__(self, namespace: Namespace, number: str) -> None:
        self.number = number
        with namespace.entered():
            # A socket stays in the network in which it was opened.
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((ADDRESS, PORT))
        self._socket.settimeout(0.1)
        self._news = threading.Condition()
        # By the subscription: an extension and when it was subscribed to.
        self._told: dict[str, list[tuple[float, str]]] = {}
        self._answers: dict[tuple[str, str], str] = {}
        # Of each subscription the To of its dialog.
        self._dialogs: dict[str, str] = {}
        self._sequence = 0
        self._ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True, name=f"watcher-{number}")
        self._thread.start()

    def close(self) -> None:
        """Unsubscribe: Asterisk would go on telling, also after a restart."""
        with contextlib.suppress(RigError, Timeout):
            for extension in tuple(self._dialogs):
                self._subscribe(extension, 0)
        self._ended = True
        self._thread.join(5)
        self._socket.close()

    def watch(self, *extensions: str) -> None:
        """Subscribe, and wait until Asterisk has said how each of them is.

        Raises:
            RigError: Asterisk knows of no such lamp.
        """
        for extension in extensions:
            self._subscribe(extension)
            self.wait_told(extension)

    def mark(self) -> float:
        """Now, as a time to wait from."""
        return time.monotonic()

    def told(self, extension: str, since: float = 0.0) -> list[str]:
        """Return the states that were shown, in order."""
        with self._news:
            return [state for at, state in self._told.get(extension, ()) if at >= since]

    def wait_told(self, extension: str, state: str = "", since: float = 0.0, timeout: float = 10.0) -> float:
        """Wait until a state, or any, is shown; return when that was."""
        end = time.monotonic() + timeout
        with self._news:
            while True:
                for at, shown in self._told.get(extension, ()):
                    if at >= since and state in ("", shown):
                        return at
                left = end - time.monotonic()
                if left <= 0:
                    seen = [shown for at, shown in self._told.get(extension, ()) if at >= since]
                    raise Timeout(f"{extension} was not {state or 'told'} within {timeout:g} s, but {seen}")
                self._news.wait(left)

    def wait_shows(self, extension: str, state: str, timeout: float = 10.0) -> None:
        """Wait until a state is the last that was shown."""
        with self._news:
            if not self._news.wait_for(lambda: self.shows(extension) == state, timeout):
                raise Timeout(f"{extension} is {self.shows(extension)!r} after {timeout:g} s, not {state}")

    def shows(self, extension: str) -> str:
        """Return what a lamp shows now; empty before it was told anything."""
        told = self._told.get(extension)
        return told[-1][1] if told else ""

    # --- the protocol ----------------------------------------------------------------------------------------------

    def _subscribe(self, extension: str, seconds: int = 600) -> None:
        uri = f"sip:{quote(extension, safe='*')}@{PBX_ADDRESS}"
        more = f"Event: dialog\r\nAccept: application/dialog-info+xml\r\nExpires: {seconds}\r\n"
        answer = self._send(uri, extension, more)
        if answer.startswith("SIP/2.0 401"):
            answer = self._send(uri, extension, more + self._authorization(uri, answer))
        if not answer.startswith("SIP/2.0 2"):
            raise RigError(f"SUBSCRIBE to {extension}: {answer.splitlines()[0]}")
        self._dialogs[extension] = _header(answer, "To")

    def _send(self, uri: str, extension: str, more: str) -> str:
        self._sequence += 1
        cseq, call = f"{self._sequence} SUBSCRIBE", f"watch.{extension}.{id(self)}"
        to = self._dialogs.get(extension, f"<{uri}>")
        request = (
            f"SUBSCRIBE {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {ADDRESS}:{PORT};branch=z9hG4bK{secrets.token_hex(8)};rport\r\n"
            f"From: <sip:{self.number}@{PBX_ADDRESS}>;tag=watch\r\nTo: {to}\r\nCall-ID: {call}\r\nCSeq: {cseq}\r\n"
            f"Max-Forwards: 70\r\nContact: <sip:{self.number}@{ADDRESS}:{PORT}>\r\n{more}Content-Length: 0\r\n\r\n"
        )
        for _ in range(5):
            self._socket.sendto(request.encode(), (PBX_ADDRESS, 5060))
            with self._news:
                if self._news.wait_for(lambda: (call, cseq) in self._answers, 1.0):
                    return self._answers[call, cseq]
        raise Timeout(f"SUBSCRIBE to {extension} is not answered")

    def _authorization(self, uri: str, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', _header(challenge, "WWW-Authenticate")))
        realm, nonce, count, ours = asked["realm"], asked["nonce"], "00000001", "watch"
        who = _md5(f"{self.number}:{realm}:{SIP_PASSWORD}")
        response = _md5(f"{who}:{nonce}:{count}:{ours}:auth:{_md5(f'SUBSCRIBE:{uri}')}")
        opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
        return (
            f'Authorization: Digest username="{self.number}", realm="{realm}", nonce="{nonce}", uri="{uri}",'
            f' response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{ours}"{opaque}\r\n'
        )

    def _listen(self) -> None:
        while not self._ended:
            try:
                data, sender = self._socket.recvfrom(65536)
            except socket.timeout:
                continue
            text = data.decode("utf-8", "replace")
            if text.startswith("SIP/2.0 "):
                if not text.startswith("SIP/2.0 1"):
                    with self._news:
                        self._answers[_header(text, "Call-ID"), _header(text, "CSeq")] = text
                        self._news.notify_all()
            elif not text.startswith("ACK "):
                echoed = "".join(f"{name}: {_header(text, name)}\r\n" for name in _ECHOED)
                self._socket.sendto(f"SIP/2.0 200 OK\r\n{echoed}Content-Length: 0\r\n\r\n".encode(), sender)
                self._take(text)

    def _take(self, text: str) -> None:
        state = _STATE.search(text)
        if text.startswith("NOTIFY ") and state is not None:
            extension = _header(text, "Call-ID").split(".")[1]
            with self._news:
                self._told.setdefault(extension, []).append((time.monotonic(), state[1]))
                self._news.notify_all()


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r?$", text.partition("\r\n\r\n")[0], re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
