"""Dialplan variables and functions, as AGI and AMI ask for them."""

from __future__ import annotations

import re
import time

from hotdesk_module.demo.astdb import AstDb
from hotdesk_module.demo.channel import CallerId, Channel
from hotdesk_module.demo.hints import CONTEXT, Hints
from hotdesk_module.demo.voicemail import CONTEXT as MAILBOXES
from hotdesk_module.demo.voicemail import Voicemail

_CALL = re.compile(r"([A-Za-z_]\w*)\((.*)\)\Z", re.DOTALL)


class Functions:
    """Reads, writes and expands what a dialplan line may name. Unknown names read as nothing, as in Asterisk."""

    def __init__(self, db: AstDb, hints: Hints, voicemail: Voicemail) -> None:
        self._db = db
        self._hints = hints
        self._voicemail = voicemail
        self._globals: dict[str, str] = {}

    def read(self, name: str, channel: Channel | None) -> str | None:
        """Return the value of a variable or of `FUNCTION(arguments)`; None where there is none."""
        match = _CALL.match(name)
        if match is None:
            return self._variable(name, channel)
        function, arguments = match.group(1), match.group(2)
        if function == "DB":
            return self._db.get(*_split(arguments))
        if function == "DB_EXISTS":
            return "0" if self._db.get(*_split(arguments)) is None else "1"
        if function == "DB_KEYS":
            depth = len(arguments.split("/")) if arguments else 0
            keys = {path.split("/")[depth] for path, _ in self._db.show(arguments) if path.count("/") >= depth}
            return ",".join(sorted(keys))
        if function == "VM_INFO":
            return self._vm_info(arguments)
        if function == "PJSIP_ENDPOINT":
            return self._of_endpoint(*arguments.partition(",")[::2])
        if function == "DEVICE_STATE":
            return self._hints.device_state(arguments)
        if function in ("EXTENSION_STATE", "HINT"):
            extension, _, context = arguments.split(",")[0].partition("@")
            if function == "HINT":
                return self._hints.application(context or CONTEXT, extension)
            state = self._hints.state(context or CONTEXT, extension)
            return state.device_state if state else "UNKNOWN"
        if function == "LEN":
            return str(len(arguments))
        return self._of_channel(function, arguments, channel)

    def write(self, name: str, value: str, channel: Channel | None) -> bool:
        """Set a variable or write to a function; False where the function cannot be written."""
        match = _CALL.match(name)
        if match is None:
            store = self._globals if channel is None else channel.variables
            # One underscore hands the variable to the next channel, two to all that follow; here both only name it.
            store[name.lstrip("_")] = value
            return True
        function, arguments = match.group(1), match.group(2)
        if function == "DB":
            self._db.put(*_split(arguments), value)
        elif function == "DEVICE_STATE" and arguments.startswith("Custom:"):
            self._db.put("CustomDevstate", arguments[7:], value)
        elif function == "CALLERID" and channel is not None:
            channel.caller = _with_caller(channel.caller, arguments, value)
        elif channel is not None and function in ("CDR", "CHANNEL", "CONNECTEDLINE"):
            channel.variables[name] = value
        else:
            return False
        return True

    def expand(self, text: str, channel: Channel | None) -> str:
        """Replace every `${…}`, inner ones first; what a value contains is not expanded again."""
        before, opening, rest = text.partition("${")
        if not opening:
            return text
        depth, end = 1, len(rest)
        for index, letter in enumerate(rest):
            depth += (letter == "{") - (letter == "}")
            if depth == 0:
                end = index
                break
        name = self.expand(rest[:end], channel)
        return before + (self.read(name, channel) or "") + self.expand(rest[end + 1 :], channel)

    def _variable(self, name: str, channel: Channel | None) -> str | None:
        if name == "EPOCH":
            return str(int(time.time()))
        if channel is None:
            return self._globals.get(name)
        builtin = {"CHANNEL": channel.name, "UNIQUEID": channel.uniqueid, "EXTEN": channel.extension}
        return channel.variables.get(name, builtin.get(name, self._globals.get(name)))

    def _of_channel(self, function: str, arguments: str, channel: Channel | None) -> str | None:
        if channel is None:
            return None
        if function == "CALLERID":
            parts = {"num": channel.caller.number, "number": channel.caller.number, "name": channel.caller.name}
            return parts.get(arguments.split(",")[0], str(channel.caller) if arguments == "all" else None)
        if function == "CHANNEL":
            # `peername` is chan_sip's; a PJSIP channel does not know it.
            own = {
                "endpoint": channel.endpoint,
                "channeltype": channel.technology,
                "language": "en",
                "name": channel.name,
                "state": "Up" if channel.up else "Ring",
                "uniqueid": channel.uniqueid,
            }
            return own.get(arguments)
        return channel.variables.get(f"{function}({arguments})")

    def _of_endpoint(self, endpoint: str, option: str) -> str | None:
        # A fixed device has the mailbox of its own number and no other (F§4).
        box = self._voicemail.box(endpoint)
        return f"{endpoint}@{MAILBOXES}" if option == "mailboxes" and box is not None else None

    def _vm_info(self, arguments: str) -> str | None:
        address, _, rest = arguments.partition(",")
        number, _, context = address.partition("@")
        attribute = rest.split(",")[0]
        box = self._voicemail.box(number, context)
        if attribute == "exists":
            return "0" if box is None else "1"
        if box is None:
            return None
        return {"password": box.pin, "fullname": box.name, "count": str(len(box.new))}.get(attribute)


def _split(path: str) -> tuple[str, str]:
    family, _, key = path.partition("/")
    return family, key


def _with_caller(caller: CallerId, part: str, value: str) -> CallerId:
    if part in ("num", "number"):
        return caller._replace(number=value)
    return caller._replace(name=value) if part == "name" else caller
