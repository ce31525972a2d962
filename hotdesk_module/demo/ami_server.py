"""A manager interface on the loopback: framing, logins and events as in Asterisk 22."""

from __future__ import annotations

import socket
import socketserver
import threading
import time

from hotdesk_module.demo.ami_actions import ActionError, Actions, Message, Reply
from hotdesk_module.demo.events import Headers
from hotdesk_module.demo.pbx import Pbx

GREETING = "Asterisk Call Manager/11.0.0\r\n"

# The privilege Asterisk prints with an event.
_PRIVILEGES = {"ContactStatus": "system,all", "UserEvent": "user,all", "FullyBooted": "system,all"}


def encode(headers: Headers) -> bytes:
    """Frame a message. A header cannot hold a line break: Asterisk would not let one through either."""
    lines = (f"{key}: {value}".replace("\r", "").replace("\n", " ") for key, value in headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class AmiServer:
    """Listens on 127.0.0.1; `port` is the one the system gave."""

    def __init__(self, pbx: Pbx, user: str, secret: str, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Session, pbx, user, secret)
        self.port = int(self._server.server_address[1])
        self.url = f"ami://{user}:{secret}@127.0.0.1:{self.port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True, name="ami").start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    # Sessions end when their client goes; waiting for them would hold up the end of the demo.
    block_on_close = False

    def __init__(self, address: tuple[str, int], session: type[_Session], pbx: Pbx, user: str, secret: str) -> None:
        self.pbx = pbx
        self.actions = Actions(pbx)
        self.credentials = (user, secret)
        super().__init__(address, session)


class _Session(socketserver.StreamRequestHandler):
    """One client: reads actions, writes responses, and events once logged in."""

    server: _Server

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._write_lock = threading.Lock()
        self._logged_in = False
        self._events = True

    def handle(self) -> None:
        self._write(GREETING.encode())
        try:
            self._converse()
        except (ConnectionError, ValueError):
            return
        finally:
            self.server.pbx.events.forget(self._event)

    def _converse(self) -> None:
        while True:
            message = self._read()
            if message is None or not self._answer(message):
                return

    def _read(self) -> Message | None:
        """Read one action; None at the end of the connection."""
        headers: list[tuple[str, str]] = []
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            if not line:
                if headers:
                    return Message(headers)
                continue
            key, _, value = line.partition(":")
            headers.append((key.strip(), value.strip()))
        return None

    def _answer(self, message: Message) -> bool:
        """Answer one action; False ends the session."""
        action = message.get("Action").lower()
        if not action:
            self._error(message, "Missing action in request")
        elif action == "login":
            return self._login(message)
        elif action == "logoff":
            self._reply(message, Reply((("Response", "Goodbye"), ("Message", "Thanks for all the fish."))))
            return False
        elif action == "ping":
            headers = (("Response", "Success"), ("Ping", "Pong"), ("Timestamp", f"{time.time():.6f}"))
            self._reply(message, Reply(headers))
        elif not self._logged_in:
            self._error(message, "Permission denied")
        elif action == "events":
            self._events = message.get("EventMask").lower() not in ("off", "")
            self._reply(message, Reply((("Response", "Success"), ("Events", "On" if self._events else "Off"))))
        else:
            try:
                self._reply(message, self.server.actions.perform(message))
            except ActionError as error:
                self._error(message, str(error))
        return True

    def _login(self, message: Message) -> bool:
        if (message.get("Username"), message.get("Secret")) != self.server.credentials:
            self._error(message, "Authentication failed")
            return False
        self._events = message.get("Events").lower() != "off"
        self._reply(message, Reply((("Response", "Success"), ("Message", "Authentication accepted"))))
        self._logged_in = True
        if self._events:
            uptime = (("Uptime", "1"), ("LastReload", "1"), ("Status", "Fully Booted"))
            self._event("FullyBooted", uptime)
        self.server.pbx.events.listen(self._event)
        return True

    def _reply(self, message: Message, reply: Reply) -> None:
        action_id = message.get("ActionID")
        tag = (("ActionID", action_id),) if action_id else ()
        first, *rest = reply.headers
        self._write(encode([first, *tag, *rest]) + b"".join(encode([e[0], *tag, *e[1:]]) for e in reply.events))

    def _error(self, message: Message, text: str) -> None:
        self._reply(message, Reply((("Response", "Error"), ("Message", text))))

    def _event(self, name: str, headers: Headers) -> None:
        if self._events:
            privilege = _PRIVILEGES.get(name, "call,all")
            try:
                self._write(encode([("Event", name), ("Privilege", privilege), *headers]))
            except (ConnectionError, ValueError):
                # The client went away; its own thread notices and cleans up.
                return

    def _write(self, data: bytes) -> None:
        with self._write_lock:
            self.wfile.write(data)
