"""What the manager interface can do: an action's headers in, a response and its events out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from typing import Callable, NamedTuple

from hotdesk_module.demo.astdb_query import query
from hotdesk_module.demo.channel import Channel
from hotdesk_module.demo.events import Headers
from hotdesk_module.demo.hints import CONTEXT
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.queues import Member, Refused
from hotdesk_module.demo.tables import ASTERISK_VERSION


class Message(NamedTuple):
    """The headers of one action, in order; names compare without case, as in Asterisk."""

    headers: Headers

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Reply(NamedTuple):
    """A response, and the events that belong to this action alone (lists)."""

    headers: Headers
    events: Sequence[Headers] = ()


class ActionError(Exception):
    """Becomes `Response: Error` with this message."""


def success(message: str, *headers: tuple[str, str]) -> Reply:
    return Reply((("Response", "Success"), ("Message", message), *headers))


def _list(events: Sequence[Headers], complete: str, message: str = "Result will follow") -> Reply:
    end = (("Event", complete), ("EventList", "Complete"), ("ListItems", str(len(events))))
    response = (("Response", "Success"), ("EventList", "start"), ("Message", message))
    return Reply(response, [*events, end])


class Actions:
    """The actions that change or read the PBX; sessions and logins are the server's."""

    def __init__(self, pbx: Pbx) -> None:
        self._pbx = pbx
        self._started = time.time()
        self._table: dict[str, Callable[[Message], Reply]] = {
            "command": self._command,
            "coreshowchannels": self._channels,
            "coresettings": self._settings,
            "corestatus": self._status,
            "dbdel": self._db_del,
            "dbdeltree": self._db_del_tree,
            "dbget": self._db_get,
            "dbgettree": self._db_get_tree,
            "dbput": self._db_put,
            "devicestatelist": self._device_states,
            "dialplanextensionadd": self._hint_add,
            "dialplanextensionremove": self._hint_remove,
            "extensionstate": self._extension_state,
            "extensionstatelist": self._extension_states,
            "getvar": self._getvar,
            "mailboxcount": self._mailbox_count,
            "pjsipnotify": self._notify,
            "pjsipshowcontacts": self._contacts,
            "queueadd": self._queue_add,
            "queuepause": self._queue_pause,
            "queueremove": self._queue_remove,
            "queuestatus": self._queue_status,
            "setvar": self._setvar,
            "showdialplan": self._show_dialplan,
            "userevent": self._user_event,
        }

    def perform(self, message: Message) -> Reply:
        action = self._table.get(message.get("Action").lower())
        if action is None:
            raise ActionError("Invalid/unknown command")
        try:
            return action(message)
        except Refused as refusal:
            raise ActionError(str(refusal)) from None

    # --- AstDB

    def _db_get(self, message: Message) -> Reply:
        family, key = _family_and_key(message)
        value = self._pbx.db.get(family, key)
        if value is None:
            raise ActionError("Database entry not found")
        return _list([(("Event", "DBGetResponse"), ("Family", family), ("Key", key), ("Val", value))], "DBGetComplete")

    def _db_get_tree(self, message: Message) -> Reply:
        family = message.get("Family")
        if not family:
            raise ActionError("No family specified.")
        rows = self._pbx.db.show(f"{family}/{message.get('Key')}")
        if not rows:
            raise ActionError("Database entry not found")
        events = [(("Event", "DBGetTreeResponse"), ("Key", "/" + path), ("Val", value)) for path, value in rows]
        return _list(events, "DBGetTreeComplete")

    def _db_put(self, message: Message) -> Reply:
        family, key = _family_and_key(message)
        self._pbx.db.put(family, key, message.get("Val"))
        return success("Updated database successfully")

    def _db_del(self, message: Message) -> Reply:
        if not self._pbx.db.delete(*_family_and_key(message)):
            raise ActionError("Database entry not found")
        return success("Key deleted successfully")

    def _db_del_tree(self, message: Message) -> Reply:
        family = message.get("Family")
        if not family:
            raise ActionError("No family specified.")
        if not self._pbx.db.delete_tree(family, message.get("Key")):
            raise ActionError("Database entry not found")
        return success("Key tree deleted successfully")

    # --- hints

    def _hint_add(self, message: Message) -> Reply:
        context, extension, application = (message.get(name) for name in ("Context", "Extension", "Application"))
        if not (context and extension and application and message.get("Priority")):
            raise ActionError("Context, Extension, Priority, and Application must be defined.")
        if message.get("Priority") != "hint":
            raise ActionError("The demo PBX has no dialplan: only Priority hint")
        if self._pbx.hints.application(context, extension) is not None and not _true(message.get("Replace")):
            raise ActionError("That extension and priority already exist at that context")
        self._pbx.hints.add(context, extension, application)
        return success("Added requested extension")

    def _hint_remove(self, message: Message) -> Reply:
        context, extension = message.get("Context"), message.get("Extension")
        if not (context and extension):
            raise ActionError("Context and Extension must be provided.")
        if not self._pbx.hints.remove(context, extension):
            raise ActionError("The requested extension does not exist")
        return success("Removed the requested extension")

    def _extension_state(self, message: Message) -> Reply:
        extension, context = message.get("Exten"), message.get("Context") or "default"
        if not extension:
            raise ActionError("Extension not specified")
        state = self._pbx.hints.state(context, extension)
        return success(
            "Extension Status",
            ("Exten", extension),
            ("Context", context),
            ("Hint", state.application if state else ""),
            ("Status", str(state.status if state else -1)),
            ("StatusText", state.text if state else "Unknown"),
        )

    def _extension_states(self, message: Message) -> Reply:
        events = [
            (
                ("Event", "ExtensionStatus"),
                ("Exten", hint.extension),
                ("Context", CONTEXT),
                ("Hint", hint.application),
                ("Status", str(hint.status)),
                ("StatusText", hint.text),
            )
            for hint in self._pbx.hints.all()
        ]
        return _list(events, "ExtensionStateListComplete")

    def _device_states(self, message: Message) -> Reply:
        family = "CustomDevstate"
        states = [(path[len(family) + 1 :], state) for path, state in self._pbx.db.show(family)]
        events = [
            (("Event", "DeviceStateChange"), ("Device", f"Custom:{name}"), ("State", state)) for name, state in states
        ]
        return _list(events, "DeviceStateListComplete", "Device State Changes will follow")

    def _show_dialplan(self, message: Message) -> Reply:
        name = message.get("Context")
        plan = self._pbx.calls.module()
        steps = [s for s in plan.steps if s.context == name]
        lines = [
            (("Event", "ListDialplan"), ("Context", name), ("Extension", s.extension), ("Priority", str(n)))
            for n, s in enumerate(steps, 1)
        ] + [
            (("Event", "ListDialplan"), ("Context", name), ("IncludeContext", included))
            for where, included in plan.includes
            if where == name
        ]
        if not lines:
            raise ActionError(f"Did not find context {name}")
        return _list(lines, "ShowDialPlanComplete")

    # --- variables and events

    def _getvar(self, message: Message) -> Reply:
        name = message.get("Variable")
        if not name:
            raise ActionError("No variable specified")
        value = self._pbx.functions.read(name, self._channel(message))
        return Reply((("Response", "Success"), ("Variable", name), ("Value", value or "")))

    def _setvar(self, message: Message) -> Reply:
        name = message.get("Variable")
        if not name:
            raise ActionError("No variable specified")
        if not self._pbx.functions.write(name, message.get("Value"), self._channel(message)):
            raise ActionError("Variable not set")
        return success("Variable Set")

    def _channel(self, message: Message) -> Channel | None:
        name = message.get("Channel")
        found = next((channel for channel in self._pbx.calls.channels() if channel.name == name), None)
        if name and found is None:
            raise ActionError("No such channel")
        return found

    def _user_event(self, message: Message) -> Reply:
        name = message.get("UserEvent")
        body = [(k, v) for k, v in message.headers if k.lower() not in ("action", "actionid", "userevent")]
        self._pbx.events.emit("UserEvent", [("UserEvent", name), *body])
        return success("Event Sent")

    def _mailbox_count(self, message: Message) -> Reply:
        name = message.get("Mailbox")
        if not name:
            raise ActionError("Mailbox not specified")
        box = self._pbx.voicemail.box(*name.partition("@")[::2])
        return success(
            "Mailbox Message Count",
            ("Mailbox", name),
            ("UrgMessages", "0"),
            ("NewMessages", str(len(box.new) if box else 0)),
            ("OldMessages", str(len(box.old) if box else 0)),
        )

    def _notify(self, message: Message) -> Reply:
        variables = dict(part.partition("=")[::2] for text in message.all("Variable") for part in text.split(","))
        device = message.get("Endpoint")
        if device not in self._pbx.phones:
            raise ActionError(f"Unable to retrieve endpoint {device}")
        if variables.get("Event") == "message-summary":
            text = " ".join(message.all("Variable")).lower()
            self._pbx.set_lamp(device, "messages-waiting: yes" in text or "messages-waiting:yes" in text)
        return success("NOTIFY sent")

    # --- queues

    def _queue_status(self, message: Message) -> Reply:
        events = list(self._pbx.queues.status(message.get("Member")))
        return _list(events, "QueueStatusComplete", "Queue status will follow")

    def _queue_add(self, message: Message) -> Reply:
        interface = message.get("Interface")
        name, state = message.get("MemberName") or interface, message.get("StateInterface") or interface
        member = Member(name, True, state, message.get("Penalty") or "0", _true(message.get("Paused")))
        self._pbx.queues.add(message.get("Queue"), interface, member)
        return success("Added interface to queue")

    def _queue_remove(self, message: Message) -> Reply:
        self._pbx.queues.remove(message.get("Queue"), message.get("Interface"))
        return success("Removed interface from queue")

    def _queue_pause(self, message: Message) -> Reply:
        paused = _true(message.get("Paused"))
        self._pbx.queues.pause(message.get("Queue"), message.get("Interface"), paused)
        return success(f"Interface {'' if paused else 'un'}paused successfully")

    def _contacts(self, message: Message) -> Reply:
        events = [(("Event", "ContactList"), *headers) for headers in self._pbx.registrations.contacts()]
        return _list(events, "ContactListComplete", "A listing of Contacts follows, presented as ContactList events")

    # --- the CLI and the state of the machine

    def _channels(self, message: Message) -> Reply:
        events = [
            (
                ("Event", "CoreShowChannel"),
                ("Channel", channel.name),
                ("ChannelState", str(channel.state[0])),
                ("ChannelStateDesc", channel.state[1]),
                ("CallerIDNum", channel.caller.number),
                ("CallerIDName", channel.caller.name),
                ("Exten", channel.extension),
                ("Uniqueid", channel.uniqueid),
            )
            for channel in self._pbx.calls.channels()
        ]
        return _list(events, "CoreShowChannelsComplete")

    def _settings(self, message: Message) -> Reply:
        return Reply((("Response", "Success"), ("AMIversion", "11.0.0"), ("AsteriskVersion", ASTERISK_VERSION)))

    def _status(self, message: Message) -> Reply:
        started = time.localtime(self._started)
        day, clock = time.strftime("%Y-%m-%d", started), time.strftime("%H:%M:%S", started)
        return Reply(
            (
                ("Response", "Success"),
                ("CoreStartupDate", day),
                ("CoreStartupTime", clock),
                ("CoreReloadDate", day),
                ("CoreReloadTime", clock),
                ("CoreCurrentCalls", str(len(self._pbx.calls.channels()))),
            )
        )

    def _command(self, message: Message) -> Reply:
        try:
            lines = self._cli(shlex.split(message.get("Command")))
        except ValueError:
            # A quotation mark without its other half.
            lines = None
        if lines is None:
            raise ActionError("Command output follows")
        output = tuple(("Output", line) for line in lines)
        return Reply((("Response", "Success"), ("Message", "Command output follows"), *output))

    def _cli(self, words: list[str]) -> list[str] | None:
        if words[:2] == ["database", "show"]:
            return _database(self._pbx.db.show("/".join(words[2:])))
        if words[:2] == ["database", "query"] and len(words) == 3:
            return query(dict(self._pbx.db.show()), words[2])
        if words[:3] == ["core", "show", "hints"]:
            hints = self._pbx.hints.all()
            lines = [
                f"{h.extension + '@' + CONTEXT:<20.20}: {h.application:<20.20}  State:{h.text:<15.15} "
                "Presence:not_set         Watchers  0"
                for h in hints
            ]
            title = "    -= Registered Asterisk Dial Plan Hints =-"
            return ["", title, *lines, "----------------", f"- {len(hints)} hints registered"]
        if words[:3] == ["core", "show", "version"]:
            return ["Asterisk 22.0.0 (the embedded PBX of the hot desking demo)"]
        return None


def _database(rows: list[tuple[str, str]]) -> list[str]:
    """Return keys and values as the console prints them."""
    return [f"{'/' + path:<50}: {value:<25}" for path, value in rows] + [f"{len(rows)} results found."]


def _family_and_key(message: Message) -> tuple[str, str]:
    family, key = message.get("Family"), message.get("Key")
    if not family:
        raise ActionError("No family specified.")
    if not key:
        raise ActionError("No key specified.")
    return family, key


def _true(text: str) -> bool:
    return text.lower() in ("yes", "true", "y", "t", "1", "on")
