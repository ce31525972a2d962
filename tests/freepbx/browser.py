"""FreePBX's web pages, as an administrator's browser asks for them."""

from __future__ import annotations

import http.cookiejar
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.freepbx.telephones import own_address

PAGE = "config.php?display=hotdesk"
SCRIPT = "ajax.php?module=hotdesk&command=panel&view="


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Message

    @property
    def token(self) -> str:
        """Return the token that the page's own forms carry."""
        found = re.search(r"""name=["']hotdesk_token["'][^>]*?value=["']([0-9a-f]+)["']""", self.text)
        found = found or re.search(r"""data-token=["']([0-9a-f]+)["']""", self.text)
        return found.group(1) if found else ""


class Browser:
    """One browser with its cookies.

    HOTDESK_ADMIN_URL is the address of FreePBX's pages where it is not ``http://<this machine>/admin/``.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url or os.environ.get("HOTDESK_ADMIN_URL") or f"http://{own_address()}/admin/"
        # The machine's own certificate is mostly one that nobody has signed.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.ProxyHandler({}),
        )

    def view(self, path: str) -> Answer:
        """Open one of our own pages."""
        return self.get(f"{PAGE}&view={urllib.parse.quote(path, safe='')}")

    def send(self, path: str, **fields: str) -> Answer:
        """Send a form of ours, and follow to the page that it leads to."""
        return self.post(f"{PAGE}&view={urllib.parse.quote(path, safe='')}", fields)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(urllib.request.Request(self.url + path), headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        data = urllib.parse.urlencode(fields).encode()
        return self._ask(urllib.request.Request(self.url + path, data), headers)

    def upload(self, path: str, fields: dict[str, str], field: str, file: Path) -> Answer:
        """Send a form with a file."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{file.name}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/gzip\r\n\r\n" + file.read_bytes() + b"\r\n")
        request = urllib.request.Request(self.url + path, b"".join(parts) + f"--{boundary}--\r\n".encode())
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        return self._ask(request, {})

    def install_upload(self, package: Path) -> str:
        """As an administrator does in Module Admin: upload, then Install or Upgrade; return what the page says."""
        fields = {"display": "modules", "action": "upload", "upload": "Upload (From Hard Disk)"}
        answer = self.upload("config.php?display=modules", fields, "uploadmod", package)
        assert "uploaded successfully" in answer.text, answer.text[-3000:]
        action = {"display": "modules", "action": "process", "quietmode": "1", "modules[hotdesk][action]": "install"}
        return self.post("config.php?display=modules&action=process&quietmode=1", action).text

    def apply_config(self) -> None:
        answer = self.post("ajax.php?command=reload", {"command": "reload"})
        assert '"status":true' in answer.text.replace(" ", ""), answer.text[-3000:]

    def log_in(self, name: str, password: str) -> None:
        self.get("config.php")
        answer = self.post("config.php", {"username": name, "password": password})
        assert 'name="password"' not in answer.text, f"FreePBX does not let {name} in"

    def _ask(self, request: urllib.request.Request, headers: dict[str, str]) -> Answer:
        request.add_header("Referer", self.url + "config.php")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with self._opener.open(request, timeout=600) as reply:
                return Answer(reply.status, reply.read().decode("utf-8", "replace"), reply.headers)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read().decode("utf-8", "replace"), refusal.headers)
