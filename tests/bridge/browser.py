"""A browser that asks FreePBX's two front doors, the page and ``ajax.php``, for the panel."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import quote

ADMIN = "maria hotdesk extensions"
PAGE = "/admin/config.php?display=hotdesk"
SCRIPT = "/admin/ajax.php?module=hotdesk&command=panel"
BOUNDARY = "a-line-between"


class Answer(NamedTuple):
    """What the browser got."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def error(self) -> tuple[int, str]:
        """Return the status and the name of an error, for a script."""
        said: dict[str, Any] = json.loads(self.body)
        assert set(said) == {"error"} and set(said["error"]) == {"code", "message"} and said["error"]["message"]
        assert self.headers["content-type"] == "application/json"
        return self.status, said["error"]["code"]


class Browser:
    """Keeps its session; ``admin`` is who is logged in to FreePBX."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.admin: str | None = ADMIN
        self.cookie = ""

    def ask(
        self, path: str, method: str = "GET", view: str = "", body: str | bytes | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.admin:
            sent["X-Test-Admin"] = self.admin
        if self.cookie:
            sent["Cookie"] = self.cookie
        connection.request(method, path + (f"&view={quote(view, safe='')}" if view else ""), body, sent)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        got = {name.lower(): value for name, value in response.getheaders()}
        self.cookie = got.get("set-cookie", self.cookie).partition(";")[0]
        return Answer(response.status, got, text)

    def form(self, path: str, view: str, body: str) -> Answer:
        return self.ask(path, "POST", view, body, Content_Type="application/x-www-form-urlencoded")

    def upload(self, path: str, view: str, **parts: str | bytes) -> Answer:
        """Send a form with files: bytes are a file's, a text is a field's."""
        lines = []
        for name, value in parts.items():
            file = "" if isinstance(value, str) else f'; filename="{name}.csv"\r\nContent-Type: text/csv'
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
            lines.append(head.encode() + (value.encode() if isinstance(value, str) else value) + b"\r\n")
        body = b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])
        return self.ask(path, "POST", view, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}")
