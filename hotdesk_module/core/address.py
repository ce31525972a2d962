"""Addresses of the web that we send to."""

from __future__ import annotations

import re
from typing import NamedTuple

HTTP, HTTPS = 80, 443

# No user name and password: an address stands in the panel and in the history. No fragment: it is never sent.
_ADDRESS = (
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*)?"
)


class Address(NamedTuple):
    """Where a request goes.

    Attributes:
        secure: over TLS.
        host: a name, or the number of a machine; one of IPv6 without brackets.
        path: with its query; begins with a stroke.
    """

    secure: bool
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """Return host and port as they are written, a usual port left out; what may stand in a log, for the rest of an
        address is often as good as a password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.secure else HTTP) else f"{host}:{self.port}"


def address(text: str) -> Address | None:
    """Return an address of http or https, None where the text is none."""
    # Compiled when it is used: most calls have none.
    parts = re.fullmatch(_ADDRESS, text)
    if parts is None:
        return None
    secure = len(parts["scheme"]) == len("https")
    port = int(parts["port"] or (HTTPS if secure else HTTP))
    path = parts["path"] or "/"
    if not 0 < port < 65536:
        return None
    return Address(secure, parts["host"].strip("[]"), port, path if path[0] == "/" else f"/{path}")
