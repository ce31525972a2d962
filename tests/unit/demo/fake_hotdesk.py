"""A stand-in for agi-bin/hotdesk.py: just enough of a login and a logout to try the demo PBX with.

It has no ledger and no rules beyond the PIN; what it shares with the real script is the protocols it speaks.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from urllib.parse import urlsplit

PEOPLE = ("1001", "1002", "1003")


def ask(command: str) -> str:
    sys.stdout.write(command + "\n")
    sys.stdout.flush()
    return sys.stdin.readline().rstrip("\n")


def value(command: str) -> str | None:
    reply = ask(command)
    return reply[reply.index("(") + 1 : reply.rindex(")")] if reply.startswith("200 result=1 (") else None


def digits(command: str) -> str:
    reply = ask(command)
    return reply.partition("result=")[2].split(" ")[0] if reply.startswith("200") else ""


def hint(extension: str, application: str) -> None:
    url = os.environ.get("HOTDESK_AMI")
    if not url:
        return
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as link:
        link.sendall(
            f"Action: Login\r\nUsername: {parts.username}\r\nSecret: {parts.password}\r\nEvents: off\r\n\r\n"
            f"Action: DialplanExtensionAdd\r\nContext: ext-local\r\nExtension: {extension}\r\nPriority: hint\r\n"
            f"Application: {application}\r\nReplace: yes\r\n\r\nAction: Logoff\r\n\r\n".encode()
        )
        while link.recv(4096):
            pass


def free(phone: str, user: str) -> None:
    ask(f"DATABASE PUT DEVICE {phone}/user {phone}")
    ask(f"DATABASE PUT AMPUSER {phone}/device {phone}")
    if user == "1001":
        ask("DATABASE PUT AMPUSER 1001/device 1001")
    else:
        ask(f"DATABASE PUT AMPUSER {user}/device {user}")
    own = "PJSIP/1001" if user == "1001" else ""
    hint(user, f"{own}&Custom:DND{user},CustomPresence:{user}")
    ask(f"SET VARIABLE DEVICE_STATE(Custom:HDSK{phone}) NOT_INUSE")


def login(phone: str, user: str) -> str:
    if not user:
        user = digits("GET DATA agent-user 8000 10")
    pin = digits("GET DATA vm-password 8000 10")
    real = value(f"GET FULL VARIABLE ${{VM_INFO({user}@default,password)}}")
    if user not in PEOPLE or not pin or pin != real:
        return "wrong_pin"
    for other in ("200", "201", "202"):
        if value(f"DATABASE GET DEVICE {other}/user") == user:
            free(other, user)
    ask(f"DATABASE PUT DEVICE {phone}/user {user}")
    ask(f"DATABASE DEL AMPUSER {phone}/device")
    ask(f"DATABASE PUT AMPUSER {user}/device {phone}")
    hint(user, f"PJSIP/{phone}&Custom:DND{user},CustomPresence:{user}")
    ask(f"SET VARIABLE DEVICE_STATE(Custom:HDSK{phone}) INUSE")
    ask(f'EXEC UserEvent "UserDeviceAdded,Data: {user},Device: {phone}"')
    return "ok"


def main() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while sys.stdin.readline().strip():
        pass
    ask("ANSWER")
    phone = value("GET FULL VARIABLE ${CHANNEL(endpoint)}") or ""
    if sys.argv[1] == "login":
        status = login(phone, sys.argv[2] if len(sys.argv) > 2 else "")
        ask(f"SET VARIABLE HDSK_STATUS {status}")
        ask(f'STREAM FILE {"agent-loginok" if status == "ok" else "vm-incorrect"} ""')
    else:
        user = value(f"DATABASE GET DEVICE {phone}/user") or phone
        if user != phone:
            free(phone, user)
        ask("SET VARIABLE HDSK_STATUS ok")
        ask('STREAM FILE agent-loggedoff ""')


if __name__ == "__main__":
    main()
