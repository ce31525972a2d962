"""SIP phones that take next to nothing of the processor, so that the PBX is what is measured.

They send no sound but keys that are pressed, and throw away what they hear; what is played to them is known from
Asterisk's events.
"""

from __future__ import annotations

import re
import socket
import struct
import time

from tests.support.rig import Rig
from tests.support.rig.agent import DIGITS, Agent, Call
from tests.support.rig.company import SIP_PASSWORD
from tests.support.rig.namespace import NETWORK, PBX_ADDRESS
from tests.support.rig.shell import RigError

ADDRESS = f"{NETWORK}80"
_SIP, _SOUND = 6000, 30000
# Seconds between two keys: Asterisk takes none sooner (45 ms, AST_MIN_DTMF_GAP), nor shorter ones than 80 ms.
GAP = 0.06
_TICKS = 800
# 20 ms of silence in PCMU.
_BREATH = b"\xff" * 160
_KEYS = "0123456789*#"


class Telephone(Agent):
    """A phone with keys; up from its making to `close`.

    Args:
        place: tells it from the others on the same address.
    """

    def __init__(self, rig: Rig, number: str, place: int) -> None:
        media = _SOUND + 2 * place
        with rig.namespace.entered():
            # Bound, so that nobody is told that the port is closed; never read.
            self._sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._sound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            self._sound.bind((ADDRESS, media))
        self._packet, self._clock = 0, 0
        super().__init__(rig.namespace, ADDRESS, number, SIP_PASSWORD, port=_SIP + place, media=media)

    def close(self) -> None:
        super().close()
        self._sound.close()

    def wait_answered(self, call: Call, timeout: float = 8.0) -> None:
        """Wait until the call is up, and breathe into it: Asterisk waits for that, half a second at most."""
        super().wait_answered(call, timeout)
        port = _sound_port(call)
        for _ in range(3):
            self._packet, self._clock = (self._packet + 1) & 0xFFFF, self._clock + len(_BREATH)
            head = struct.pack("!BBHII", 0x80, 0, self._packet, self._clock, self.media)
            self._sound.sendto(head + _BREATH, (PBX_ADDRESS, port))

    def press(self, call: Call, keys: str) -> None:
        """Press keys, one after the other, as RFC 4733 has them: one packet as it goes down, three as it goes up."""
        port = _sound_port(call)
        for key in keys:
            self._clock += 4 * _TICKS
            self._send_key(port, key, begins=True, duration=160)
            for _ in range(3):
                self._send_key(port, key, ends=True, duration=_TICKS)
            time.sleep(GAP)

    def _send_key(self, port: int, key: str, duration: int, begins: bool = False, ends: bool = False) -> None:
        self._packet = (self._packet + 1) & 0xFFFF
        kind = DIGITS | (0x80 if begins else 0)
        head = struct.pack("!BBHII", 0x80, kind, self._packet, self._clock, self.media)
        event = struct.pack("!BBH", _KEYS.index(key), 0x8A if ends else 0x0A, duration)
        self._sound.sendto(head + event, (PBX_ADDRESS, port))


def _sound_port(call: Call) -> int:
    """Return where the PBX listens, by what it has answered last."""
    for message in reversed(call.received):
        found = re.search(r"^m=audio (\d+)", message.body, re.MULTILINE)
        if found:
            return int(found[1])
    raise RigError("The PBX has not said where it listens.")
