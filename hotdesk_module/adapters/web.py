"""Sending to an address of the web: over verified TLS, without following anybody anywhere, and within a bound of time
and of bytes, however the other side drips, floods or keeps silent."""

from __future__ import annotations

import http.client
import io
import os
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from hotdesk_module.core.address import Address
from hotdesk_module.errors import WebhookFailed
from hotdesk_module.ports import Reply

# Seconds for everything after the name was looked up, and bytes of an answer: status and headers are all we want.
PATIENCE = 10.0
MOST = 65536

# Where systems keep the certificates of authorities, for a Python that was built with an OpenSSL of its own.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class Web:
    """See :class:`hotdesk_module.ports.Post`.

    Args:
        patience: seconds until an answer is too late.
        authorities: a file of certificates to believe instead of the system's.
    """

    def __init__(self, patience: float = PATIENCE, authorities: str = "") -> None:
        self._patience = patience
        self._authorities = authorities
        self._context: ssl.SSLContext | None = None

    def __call__(self, to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send by POST."""
        begun = time.monotonic()
        try:
            with closing(self._connect(to, begun + self._patience)) as raw:
                link = http.client.HTTPConnection(to.host, to.port)
                link.sock = _Line(raw, begun + self._patience)
                link.request("POST", to.path, body, {"Host": to.place, "Connection": "close", **headers})
                with link.getresponse() as answer:
                    return Reply(answer.status, time.monotonic() - begun)
        except socket.timeout:
            raise WebhookFailed(f"{to.place} did not answer within {self._patience:g} seconds.") from None
        except ssl.SSLError as error:
            # The certificates of the system may be others by the next time.
            self._context = None
            raise WebhookFailed(f"{to.place} cannot be trusted: {_words(error)}.") from None
        except (OSError, UnicodeError) as error:
            raise WebhookFailed(f"{to.place} does not answer: {_words(error)}.") from None
        except http.client.HTTPException as error:
            raise WebhookFailed(f"{to.place} does not answer in HTTP ({type(error).__name__}).") from None

    def _connect(self, to: Address, deadline: float) -> socket.socket:
        """Return a connection, over TLS where it shall be, to the first of a name's addresses that answers."""
        lost: OSError = OSError("the name has no address")
        for family, kind, protocol, _, where in socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM):
            raw = socket.socket(family, kind, protocol)
            try:
                raw.settimeout(_left(deadline))
                raw.connect(where)
                return self._secured(raw, to, deadline) if to.secure else raw
            except ssl.SSLError:
                raw.close()
                raise
            except OSError as error:
                raw.close()
                lost = error
        raise lost

    def _secured(self, raw: socket.socket, to: Address, deadline: float) -> ssl.SSLSocket:
        if self._context is None:
            self._context = _context(self._authorities)
        raw.settimeout(_left(deadline))
        return self._context.wrap_socket(raw, server_hostname=to.host)


def _context(authorities: str) -> ssl.SSLContext:
    """Return what verifies certificates and names."""
    context = ssl.create_default_context(cafile=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    paths = ssl.get_default_verify_paths()
    if not authorities and paths.cafile is None and paths.capath is None:
        for bundle in filter(os.path.exists, BUNDLES):
            context.load_verify_locations(bundle)
            break
    return context


class _Line:
    """A socket as :mod:`http.client` uses one, which fails at a deadline. It is closed by who has opened it."""

    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it by the deadline."""
        self._raw.settimeout(_left(self._deadline))
        self._raw.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what the answer is read from."""
        return io.BufferedReader(_Answer(self._raw, self._deadline))

    def close(self) -> None:
        """Do nothing: the answer is still read."""


class _Answer(io.RawIOBase):
    """What comes back, which fails at the deadline and after MOST bytes."""

    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline
        self._bytes = 0

    def readable(self) -> bool:
        """Return that it can be read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read a part of it."""
        self._raw.settimeout(_left(self._deadline))
        count = self._raw.recv_into(buffer)
        self._bytes += count
        if self._bytes > MOST:
            raise OSError("the answer is too long")
        return count


def _left(deadline: float) -> float:
    """Return the seconds that are left.

    Raises:
        socket.timeout: none are.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout
    return left


def _words(error: Exception) -> str:
    """Return an error in the words of who has noticed it."""
    said = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error) or type(error).__name__
    return str(said).strip().rstrip(".")
