"""A manager interface with the answers that Asterisk 22.10 was seen to give, byte for byte where it matters."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from hotdesk_module.config import Manager
from hotdesk_module.demo.astdb_query import query

Headers = dict[str, str]

USER = "admin"
SECRET = "s3cret pass:,="
# What AST_MAX_EXTENSION and a little more come to; ExtensionState cuts a hint there.
CUT = 255
STATES = {"Down": 0, "Ring": 4, "Ringing": 5, "Up": 6}


class AmiServer:
    """Listens on a port of its own, one thread for each connection.

    Attributes:
        astdb: keys, written ``FAMILY/rest``.
        hints: extension to hint, of ``ext-local``.
        contexts: the dialplan: context to its lines, (extension, priority) or ("", included context).
        globals: global variables of the dialplan.
        channels: the live ones: number to name and state.
        contacts: what PJSIPShowContacts lists, the headers of each ContactList behind its ObjectType.
        peers: likewise for chan_sip's SIPpeers; None where that module is not loaded.
        queues: number to members, and those, by the interface, to what QueueStatus says of each.
        run: which run of Asterisk this is: date and time.
        messages: mailbox to its urgent, new and old messages.
        functions: what functions of the dialplan say, by their whole expression.
        notified: what devices were sent by NOTIFY: the action's name, the device, the variables in order.
        subscriptions: what the console lists of PJSIP's: endpoint and resource.
        events: user events sent, as (name, data).
        received: every action, oldest first.
        answers: what to answer to an action instead: text with ``\\n`` for line ends, None to say nothing, or a
            callable for anything else.
        unasked: text sent in front of every answer but the one to the login.
        banner: the greeting; empty for none.
    """

    def __init__(self) -> None:
        self.astdb: dict[str, str] = {}
        self.hints: dict[str, str] = {}
        self.contexts: dict[str, list[tuple[str, str]]] = {}
        self.globals: dict[str, str] = {}
        self.channels: dict[str, tuple[str, str]] = {}
        self.contacts: list[Headers] = []
        self.peers: list[Headers] | None = None
        self.queues: dict[str, dict[str, Headers]] = {}
        self.run = ("2024-01-01", "08:00:00")
        self.messages: dict[str, tuple[int, int, int]] = {}
        self.functions: dict[str, str] = {}
        self.notified: list[tuple[str, str, list[str]]] = []
        self.subscriptions: list[tuple[str, str]] = []
        self.events: list[tuple[str, str]] = []
        self.received: list[Headers] = []
        self.answers: dict[str, str | Callable[[Headers], str] | None] = {}
        self.unasked = ""
        self.banner = "Asterisk Call Manager/11.0.0\r\n"
        self.connections = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._spawn(self._listen)

    @property
    def manager(self) -> Manager:
        """Return how to reach it."""
        return Manager("127.0.0.1", self._listener.getsockname()[1], USER, SECRET)

    def hang_up(self) -> None:
        """End every connection."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)

    def send(self, text: str) -> None:
        """Send something unasked to the newest connection."""
        self._send(self._open[-1], text)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                # As Asterisk does: or the second answer waits until the first is acknowledged.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(connection)
                self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as file:
            connection.sendall(self.banner.encode())
            action: Headers = {}
            for line in file:
                text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
                if text:
                    # Asterisk skips the blanks between a name and its value.
                    name, _, value = text.partition(":")
                    # The only header that is sent several times.
                    before = f"{action[name]}\n" if name == "Variable" and name in action else ""
                    action[name] = before + value.lstrip(" ")
                else:
                    self._answer(connection, action)
                    action = {}

    def _answer(self, connection: socket.socket, action: Headers) -> None:
        self.received.append(action)
        name = action["Action"]
        known = getattr(self, f"_on_{name.lower()}", self._on_unknown)
        answer = self.answers.get(name, known)
        text = answer(action) if callable(answer) else answer
        if text is not None:
            # The number goes where Asterisk puts it: behind the first line of a response or of an event of a list.
            text = text.replace("{id}", f"ActionID: {action.get('ActionID', '')}")
            self._send(connection, ("" if name == "Login" else self.unasked) + text + "\n\n")

    def _send(self, connection: socket.socket, text: str) -> None:
        connection.sendall(text.replace("\n", "\r\n").encode("utf-8", "surrogateescape"))

    def _on_login(self, action: Headers) -> str:
        if (action["Username"], action["Secret"]) != (USER, SECRET):
            return "Response: Error\n{id}\nMessage: Authentication failed"
        return "Response: Success\n{id}\nMessage: Authentication accepted"

    def _on_ping(self, action: Headers) -> str:
        return "Response: Success\n{id}\nPing: Pong"

    def _on_coresettings(self, action: Headers) -> str:
        return "Response: Success\n{id}\nAMIversion: 11.0.0\nAsteriskVersion: 22.10.1+dfsg\nSystemName: "

    def _on_unknown(self, action: Headers) -> str:
        return (
            f"Response: Error\n{{id}}\nMessage: Invalid/unknown command: {action['Action']}."
            " Use Action: ListCommands to show available commands."
        )

    def _on_dbget(self, action: Headers) -> str:
        value = self.astdb.get(f"{action['Family']}/{action['Key']}")
        if value is None:
            return "Response: Error\n{id}\nMessage: Database entry not found"
        return (
            "Response: Success\n{id}\nEventList: start\nMessage: Result will follow\n\n"
            f"Event: DBGetResponse\nFamily: {action['Family']}\nKey: {action['Key']}\nVal: {value}\n{{id}}\n\n"
            "Event: DBGetComplete\n{id}\nEventList: Complete\nListItems: 1"
        )

    def _on_dbput(self, action: Headers) -> str:
        self.astdb[f"{action['Family']}/{action['Key']}"] = action["Val"]
        return "Response: Success\n{id}\nMessage: Updated database successfully"

    def _on_dbdel(self, action: Headers) -> str:
        if self.astdb.pop(f"{action['Family']}/{action['Key']}", None) is None:
            return "Response: Error\n{id}\nMessage: Database entry could not be deleted"
        return "Response: Success\n{id}\nMessage: Key deleted successfully"

    def _on_command(self, action: Headers) -> str:
        if action["Command"].startswith("pjsip show subscriptions inbound like "):
            wanted = action["Command"].rpartition(" ")[2]
            lines = ["Endpoint: <Endpoint/Caller-ID....>", "Resource: <Resource/Event....>", "  Expiry: <Expiry>", ""]
            for endpoint, resource in self.subscriptions:
                if wanted in resource:
                    lines += [
                        f'Endpoint: {endpoint}/"Lobby" <{endpoint}>',
                        f"Resource: {resource}",
                        "  Expiry:  600",
                        "",
                    ]
            output = "\n".join(f"Output: {line}" for line in lines)
            return f"Response: Success\n{{id}}\nMessage: Command output follows\n{output}"
        what, _, statement = action["Command"].partition(' "')
        assert what == "database query"
        output = "\n".join(f"Output: {line}" for line in query(self.astdb, statement[:-1]))
        return f"Response: Success\n{{id}}\nMessage: Command output follows\n{output}"

    def _on_extensionstate(self, action: Headers) -> str:
        hint = self.hints.get(action["Exten"], "") if action["Context"] == "ext-local" else ""
        return (
            f"Response: Success\n{{id}}\nMessage: Extension Status\nExten: {action['Exten']}\n"
            f"Context: {action['Context']}\nHint: {hint[:CUT]}\n"
            + ("Status: 0\nStatusText: Idle" if hint else "Status: -1\nStatusText: Unknown")
        )

    def _on_extensionstatelist(self, action: Headers) -> str:
        everywhere = [("ext-local", e, h) for e, h in self.hints.items()] + [("elsewhere", "98003", "SIP/no")]
        events = "".join(
            f"Event: ExtensionStatus\n{{id}}\nExten: {extension}\nContext: {context}\nHint: {hint}\n"
            "Status: 0\nStatusText: Idle\n\n"
            for context, extension, hint in everywhere
        )
        return (
            f"Response: Success\n{{id}}\nEventList: start\nMessage: Extension Statuses will follow\n\n{events}"
            f"Event: ExtensionStateListComplete\n{{id}}\nEventList: Complete\nListItems: {len(everywhere)}"
        )

    def _on_dialplanextensionadd(self, action: Headers) -> str:
        wanted = {"Context": "ext-local", "Priority": "hint", "Replace": "yes"}
        if any(action.get(k) != v for k, v in wanted.items()):
            return "Response: Error\n{id}\nMessage: Not as Hot Desking does it"
        self.hints[action["Extension"]] = action["Application"]
        return "Response: Success\n{id}\nMessage: Added requested extension"

    def _on_showdialplan(self, action: Headers) -> str:
        name = action["Context"]
        if name not in self.contexts:
            return f"Response: Error\n{{id}}\nMessage: Did not find context {name}"
        events = "".join(
            f"Event: ListDialplan\n{{id}}\nContext: {name}\n"
            + (
                f"Extension: {extension}\nPriority: {what}\nApplication: NoOp\nRegistrar: pbx_config\n\n"
                if extension
                else f"IncludeContext: {what}\nRegistrar: pbx_config\n\n"
            )
            for extension, what in self.contexts[name]
        )
        return (
            f"Response: Success\n{{id}}\nEventList: start\nMessage: DialPlan list will follow\n\n{events}"
            f"Event: ShowDialPlanComplete\n{{id}}\nEventList: Complete\nListItems: {len(self.contexts[name])}"
        )

    def _on_coreshowchannels(self, action: Headers) -> str:
        events = "".join(
            f"Event: CoreShowChannel\n{{id}}\nChannel: {name}\nChannelState: {STATES[state]}\n"
            f"ChannelStateDesc: {state}\nCallerIDNum: 1001\nUniqueid: {number}\nLinkedid: {number}\n\n"
            for number, (name, state) in self.channels.items()
        )
        return (
            f"Response: Success\n{{id}}\nEventList: start\nMessage: Channels will follow\n\n{events}"
            f"Event: CoreShowChannelsComplete\n{{id}}\nEventList: Complete\nListItems: {len(self.channels)}"
        )

    def _on_pjsipshowcontacts(self, action: Headers) -> str:
        if not self.contacts:
            return "Response: Error\n{id}\nMessage: No Contacts found\n"
        return _list("ContactList", self.contacts, "A listing of Contacts follows, presented as ContactList events")

    def _on_sippeers(self, action: Headers) -> str:
        if self.peers is None:
            return self._on_unknown(action)
        # As the sources of Asterisk 18 have it; seen on no machine of ours.
        return _list("PeerEntry", self.peers, "Peer status list will follow", "PeerlistComplete")

    def _on_devicestatelist(self, action: Headers) -> str:
        known = {key[len("CustomDevstate/") :]: state for key, state in self.astdb.items() if "CustomDevstate/" in key}
        lamps = [{"Device": f"Custom:{name}", "State": state} for name, state in known.items()]
        devices = [{"Device": "PJSIP/200", "State": "INUSE"}, *lamps]
        return _list("DeviceStateChange", devices, "Device State Changes will follow", "DeviceStateListComplete")

    def _on_corestatus(self, action: Headers) -> str:
        date, time = self.run
        return (
            f"Response: Success\n{{id}}\nCoreStartupDate: {date}\nCoreStartupTime: {time}\nCoreReloadDate: {date}\n"
            f"CoreReloadTime: {time}\nCoreCurrentCalls: 0"
        )

    def _on_queuestatus(self, action: Headers) -> str:
        items: list[tuple[str, Headers]] = []
        for queue, members in self.queues.items():
            items.append(("QueueParams", {"Queue": queue, "Max": "0", "Strategy": "ringall", "Calls": "1"}))
            for interface, member in members.items():
                if action.get("Member", "") in ("", interface):
                    items.append(("QueueMember", {"Queue": queue, "Location": interface, **member}))
            items.append(("QueueEntry", {"Queue": queue, "Position": "1", "Channel": "PJSIP/9001-00000001"}))
        events = "".join(
            f"Event: {event}\n" + "".join(f"{key}: {value}\n" for key, value in item.items()) + "{id}\n\n"
            for event, item in items
        )
        return (
            "Response: Success\n{id}\nEventList: start\nMessage: Queue status will follow\n\n"
            f"{events}Event: QueueStatusComplete\n{{id}}\nEventList: Complete\nListItems: {len(items)}"
        )

    def _on_queueadd(self, action: Headers) -> str:
        members = self.queues.get(action["Queue"])
        if members is None:
            return "Response: Error\n{id}\nMessage: Unable to add interface to queue: No such queue"
        if action["Interface"] in members:
            return "Response: Error\n{id}\nMessage: Unable to add interface: Already there"
        members[action["Interface"]] = {
            "Name": action.get("MemberName", ""),
            "StateInterface": action.get("StateInterface", action["Interface"]),
            "Membership": "dynamic",
            "Penalty": action["Penalty"],
            "Paused": "0",
        }
        return "Response: Success\n{id}\nMessage: Added interface to queue"

    def _on_queueremove(self, action: Headers) -> str:
        members = self.queues.get(action["Queue"])
        if members is None:
            return "Response: Error\n{id}\nMessage: Unable to remove interface from queue: No such queue"
        if action["Interface"] not in members:
            return "Response: Error\n{id}\nMessage: Unable to remove interface: Not there"
        if members[action["Interface"]]["Membership"] != "dynamic":
            return "Response: Error\n{id}\nMessage: Member not dynamic"
        del members[action["Interface"]]
        return "Response: Success\n{id}\nMessage: Removed interface from queue"

    def _on_queuepause(self, action: Headers) -> str:
        member = self.queues.get(action["Queue"], {}).get(action["Interface"])
        if member is None:
            return "Response: Error\n{id}\nMessage: Interface not found"
        member["Paused"] = "1" if action["Paused"] == "true" else "0"
        what = "paused" if member["Paused"] == "1" else "unpaused"
        return f"Response: Success\n{{id}}\nMessage: Interface {what} successfully"

    def _on_mailboxcount(self, action: Headers) -> str:
        urgent, new, old = self.messages.get(action["Mailbox"], (0, 0, 0))
        return (
            f"Response: Success\n{{id}}\nMessage: Mailbox Message Count\nMailbox: {action['Mailbox']}\n"
            f"UrgMessages: {urgent}\nNewMessages: {new}\nOldMessages: {old}"
        )

    def _on_getvar(self, action: Headers) -> str:
        name = action["Variable"]
        known = {**self.globals, **self.functions}
        return f"Response: Success\n{{id}}\nVariable: {name}\nValue: {known.get(name, '')}"

    def _on_pjsipnotify(self, action: Headers) -> str:
        self.notified.append(("PJSIPNotify", action["Endpoint"], action["Variable"].split("\n")))
        return "Response: Success\n{id}\nMessage: NOTIFY sent"

    def _on_sipnotify(self, action: Headers) -> str:
        if self.peers is None:
            return self._on_unknown(action)
        self.notified.append(("SIPnotify", action["Channel"], action["Variable"].split("\n")))
        return "Response: Success\n{id}\nMessage: Notify Sent"

    def _on_setvar(self, action: Headers) -> str:
        name = action["Variable"]
        if name.isidentifier():
            self.globals[name] = action["Value"]
            return "Response: Success\n{id}\nMessage: Variable Set"
        if not (name.startswith("DEVICE_STATE(Custom:") and name.endswith(")")):
            return "Response: Error\n{id}\nMessage: Not as Hot Desking does it"
        self.astdb[f"CustomDevstate/{name[len('DEVICE_STATE(Custom:') : -1]}"] = action["Value"]
        return "Response: Success\n{id}\nMessage: Variable Set"

    def _on_userevent(self, action: Headers) -> str:
        self.events.append((action["UserEvent"], action.get("Data", "")))
        return "Response: Success\n{id}\nMessage: Event Sent"


def _list(event: str, items: list[Headers], message: str, complete: str = "") -> str:
    """Return a list as the manager sends it."""
    events = "".join(
        f"Event: {event}\n{{id}}\n" + "".join(f"{key}: {value}\n" for key, value in item.items()) + "\n"
        for item in items
    )
    return (
        f"Response: Success\n{{id}}\nEventList: start\nMessage: {message}\n\n{events}"
        f"Event: {complete or event + 'Complete'}\n{{id}}\nEventList: Complete\nListItems: {len(items)}"
    )
