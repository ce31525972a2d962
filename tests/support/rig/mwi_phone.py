"""A SIP phone that only has a message lamp: it registers, renews, subscribes if it is told to, and keeps every NOTIFY.

The bare protocol on a socket of its own, for what is looked at is what goes over the wire, and no phone's program shows
that.
"""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from typing import NamedTuple

from tests.support.rig.company import SIP_PASSWORD
from tests.support.rig.namespace import NETWORK, PBX_ADDRESS, Namespace
from tests.support.rig.shell import RigError, Timeout

ADDRESS, PORT = f"{NETWORK}60", 5060
_VOICE = re.compile(r"^Voice-Message: *(\d+)/(\d+)", re.MULTILINE)
# What a request and its answer have in common.
_ECHOED = ("via", "from", "to", "call-id", "cseq")


class Notify(NamedTuple):
    """A message-summary NOTIFY.

    Attributes:
        lit: what it says of the lamp.
        counts: new and old messages.
        dialog: it belongs to a subscription of ours.
        text: all of it.
    """

    lit: bool
    counts: tuple[int, int]
    dialog: bool
    text: str


class MwiPhone:
    """A phone with the number and password of one of the company's; up from its making to `close`."""

    def __init__(self, namespace: Namespace, number: str) -> None:
        self.number = number
        with namespace.entered():
            # A socket stays in the network in which it was opened.
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((ADDRESS, PORT))
        self._socket.settimeout(0.1)
        self._news = threading.Condition()
        self._notifies: list[Notify] = []
        self._answers: dict[tuple[str, str], str] = {}
        self._sequence = 0
        self._subscribed_to = ""
        self._ended = False
        self._thread = threading.Thread(target=self._listen, daemon=True, name=f"mwi-phone-{number}")
        self._thread.start()

    def close(self) -> None:
        self._ended = True
        self._thread.join(5)
        self._socket.close()

    # --- what a phone does -----------------------------------------------------------------------------------------

    def register(self, expires: int = 3600) -> None:
        """Sign on, or renew the registration, each time with the same contact; for 0 seconds: sign off."""
        self._ask("REGISTER", f"sip:{PBX_ADDRESS}", "register", f"Expires: {expires}\r\n")

    def subscribe(self, expires: int = 600) -> None:
        """Subscribe to the number's mailbox, or renew the subscription."""
        more = f"Event: message-summary\r\nAccept: application/simple-message-summary\r\nExpires: {expires}\r\n"
        answer = self._ask("SUBSCRIBE", f"sip:{self.number}@{PBX_ADDRESS}", "subscribe", more, self._subscribed_to)
        self._subscribed_to = _header(answer, "to")

    # --- what it was told ------------------------------------------------------------------------------------------

    def mark(self) -> int:
        """Now, as a place among the NOTIFYs."""
        with self._news:
            return len(self._notifies)

    def notifies(self, since: int = 0) -> list[Notify]:
        with self._news:
            return self._notifies[since:]

    def counts(self, since: int = 0) -> list[tuple[int, int]]:
        return [one.counts for one in self.notifies(since)]

    def wait_for(self, new: int, old: int, since: int = 0, timeout: float = 10.0) -> Notify:
        """Wait for the first NOTIFY with these counts."""
        end = time.monotonic() + timeout
        with self._news:
            while True:
                for one in self._notifies[since:]:
                    if one.counts == (new, old):
                        return one
                if not self._news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise Timeout(
                        f"{self.number} was not sent {new}/{old} within {timeout:g} s, but {self.counts(since)}"
                    )

    def wait_settled(self, new: int, old: int, since: int = 0, quiet: float = 1.0, timeout: float = 15.0) -> None:
        """Wait until these counts are the last word, and nothing else has come for a while."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            before = self.counts(since)
            if before and before[-1] == (new, old):
                time.sleep(quiet)
                if self.counts(since) == before:
                    return
            time.sleep(0.05)
        raise Timeout(f"{new}/{old} was not the last word to {self.number}, but {self.counts(since)}")

    # --- the protocol ----------------------------------------------------------------------------------------------

    def _ask(self, method: str, uri: str, call: str, more: str, to: str = "") -> str:
        """Send a request, with our password when we are asked for it, and return the good answer."""
        answer = self._send(method, uri, call, more, to)
        if answer.startswith("SIP/2.0 401"):
            answer = self._send(method, uri, call, more + self._authorization(method, uri, answer), to)
        if not answer.startswith("SIP/2.0 2"):
            raise RigError(f"{method} from {self.number}: {answer.splitlines()[0]}")
        return answer

    def _send(self, method: str, uri: str, call: str, more: str, to: str) -> str:
        self._sequence += 1
        cseq, call_id = f"{self._sequence} {method}", f"{call}-{id(self)}"
        me = f"<sip:{self.number}@{PBX_ADDRESS}>"
        request = (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {ADDRESS}:{PORT};branch=z9hG4bK{call}{self._sequence};rport\r\n"
            f"From: {me};tag={call}\r\nTo: {to or me}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.number}@{ADDRESS}:{PORT}>\r\n{more}Content-Length: 0\r\n\r\n"
        )
        for _ in range(5):
            self._socket.sendto(request.encode(), (PBX_ADDRESS, 5060))
            with self._news:
                if self._news.wait_for(lambda: (call_id, cseq) in self._answers, 1.0):
                    return self._answers[call_id, cseq]
        raise Timeout(f"{method} from {self.number} is not answered")

    def _authorization(self, method: str, uri: str, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', _header(challenge, "www-authenticate")))
        realm, nonce, count, ours = asked["realm"], asked["nonce"], "00000001", "lamp"
        who = _md5(f"{self.number}:{realm}:{SIP_PASSWORD}")
        response = _md5(f"{who}:{nonce}:{count}:{ours}:auth:{_md5(f'{method}:{uri}')}")
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
                        self._answers[_header(text, "call-id"), _header(text, "cseq")] = text
                        self._news.notify_all()
                continue
            if not text.startswith("ACK "):
                # Somebody who calls finds it busy.
                status = "486 Busy Here" if text.startswith("INVITE ") else "200 OK"
                echoed = "".join(f"{name.title()}: {_header(text, name)}\r\n" for name in _ECHOED)
                self._socket.sendto(f"SIP/2.0 {status}\r\n{echoed}Content-Length: 0\r\n\r\n".encode(), sender)
            self._take(text)

    def _take(self, text: str) -> None:
        voice = _VOICE.search(text)
        if text.startswith("NOTIFY ") and _header(text, "event") == "message-summary" and voice is not None:
            counts = int(voice[1]), int(voice[2])
            lit = "Messages-Waiting: yes" in text
            with self._news:
                self._notifies.append(Notify(lit, counts, ";tag=" in _header(text, "to"), text))
                self._news.notify_all()


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r?$", text.partition("\r\n\r\n")[0], re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
