"""Calls: one thread for each, which does what the dialplan would do."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from typing import Callable, Protocol

from hotdesk_module.demo import cast, dialplan, mailbox_calls, module_codes, sounds
from hotdesk_module.demo.astdb import AstDb
from hotdesk_module.demo.channel import CallerId, Channel
from hotdesk_module.demo.dialplan import Dialled, Identity, Kind, Reach
from hotdesk_module.demo.events import Events
from hotdesk_module.demo.monitor import Monitor
from hotdesk_module.demo.pace import Pace
from hotdesk_module.demo.phone import Offer, Phone, State
from hotdesk_module.demo.story import Feed, Tour
from hotdesk_module.demo.voicemail import Voicemail
from hotdesk_module.dialplan import Dialplan

OUTSIDE = "outside"


class Script(Protocol):
    """Runs the AGI script on a channel; False when it could not be run or failed."""

    def run(self, channel: Channel, arguments: Sequence[str]) -> bool: ...


class Calls:
    """The dialplan of the demo PBX."""

    def __init__(
        self,
        monitor: Monitor,
        pace: Pace,
        db: AstDb,
        phones: dict[str, Phone],
        voicemail: Voicemail,
        events: Events,
        feed: Feed,
        tour: Tour,
    ) -> None:
        self._monitor = monitor
        self._pace = pace
        self._db = db
        self._phones = phones
        self._voicemail = voicemail
        self._events = events
        self._feed = feed
        self._tour = tour
        self._serial = itertools.count(1)
        self._channels: dict[str, Channel] = {}
        self.module: Callable[[], Dialplan] = module_codes.generate
        self.script: Script | None = None
        self.reachable: Callable[[str], bool] = lambda number: True

    def dial(self, phone: Phone, digits: str) -> None:
        """Start a call; the phone's own thread goes on at once."""
        channel = self._leg(phone.number, dialled=digits)
        phone.channel = channel
        phone.show(State.CALLING, CallerId("", digits))
        threading.Thread(target=self._run, args=(phone, channel, digits), daemon=True, name=channel.name).start()

    def channels(self) -> list[Channel]:
        """Return the live channels."""
        with self._monitor.lock:
            return list(self._channels.values())

    # --- one call

    def _run(self, phone: Phone, channel: Channel, digits: str) -> None:
        ending = "Call ended"
        try:
            ending = self._dialplan(phone, channel, digits) or ending
        finally:
            self._end(phone, channel, ending)

    def _dialplan(self, phone: Phone, channel: Channel, digits: str) -> str:
        dialled = dialplan.classify(digits, frozenset(cast.users()))
        if phone.number == OUTSIDE:
            return self._inbound(phone, channel, dialled)
        identity = dialplan.identify(self._db, phone.number, CallerId(phone.label, phone.number))
        channel.caller = identity.caller
        channel.variables.update({"AMPUSER": identity.user, "REALCALLERIDNUM": phone.number})
        # The module's context is included before core's, and goes straight to the script.
        arguments = module_codes.script_arguments(self.module(), digits)
        if arguments is not None:
            return self._feature(phone, channel, arguments)
        if identity.barred:
            self._listen(phone, "")
            channel.say("This phone may not make calls.")
            return ""
        if dialled.kind is Kind.MAILBOX:
            self._feed.note(f"{phone.label} dials {dialplan.MAILBOX_CODE}: the mailbox of {self._who(identity.user)}")
            self._listen(phone, "My Voicemail", identity.user)
            channel.answer()
            skip = dialplan.mailbox_pin_is_skipped(self._db, identity.user, phone.number)
            mailbox_calls.listen(channel, self._voicemail, dialplan.mailbox_of(self._db, identity.user), skip)
            return ""
        if dialled.kind is Kind.EMERGENCY:
            return self._emergency(phone, channel, identity)
        if dialled.kind is Kind.OUTBOUND:
            shown = dialplan.outside_caller(self._db, phone.number, identity.user, False)
            return self._outbound(phone, channel, dialled.target, shown)
        if dialled.kind is Kind.EXTENSION:
            return self._extension(phone, channel, dialled.target, identity)
        return self._no_such_number(phone, channel)

    def _inbound(self, phone: Phone, channel: Channel, dialled: Dialled) -> str:
        # Every extension has its own outside number here; nothing else can be reached from outside.
        channel.caller = CallerId(cast.OUTSIDER.name, cast.OUTSIDER.number)
        if dialled.kind is Kind.EXTENSION:
            return self._extension(phone, channel, dialled.target, Identity("", channel.caller))
        return self._no_such_number(phone, channel)

    def _no_such_number(self, phone: Phone, channel: Channel) -> str:
        self._listen(phone, "")
        channel.play("ss-noservice")
        return ""

    def _feature(self, phone: Phone, channel: Channel, arguments: Sequence[str]) -> str:
        """Hand the call to the AGI script; afterwards see what became of it, for the tour only."""
        self._feed.note(f"{phone.label} dials {channel.extension}")
        seats = self.seats()
        self._listen(phone, "Hot desking")
        if self.script is None or not self.script.run(channel, arguments):
            channel.say(sounds.words("an-error-has-occurred&please-try-again-later"))
        self._tick(phone, seats)
        return ""

    def _tick(self, phone: Phone, before: dict[str, str]) -> None:
        after = self.seats()
        user = after.get(phone.number)
        if user is not None and before.get(phone.number) != user:
            self._tour.tick("move" if user in before.values() else "sit")
        elif user is None and phone.number in before:
            self._tour.tick("leave")

    def seats(self) -> dict[str, str]:
        """Return which shared phone carries which other user, by FreePBX's own keys."""
        users = {d.number: self._db.value(f"DEVICE/{d.number}/user") for d in cast.EVERY_DESK if d.shared}
        return {number: user for number, user in users.items() if user not in ("", "none", number)}

    def _emergency(self, phone: Phone, channel: Channel, identity: Identity) -> str:
        shown = dialplan.outside_caller(self._db, phone.number, identity.user, True)
        self._feed.note(f"{phone.label} dials {cast.EMERGENCY_NUMBER}: they see “{shown.name}” {shown.number}")
        channel.answer()
        self._show(phone, channel, State.TALKING, CallerId("Emergency", cast.EMERGENCY_NUMBER))
        channel.show(f"They see: {shown.name} {shown.number}")
        if phone.number in self.seats():
            self._tour.tick("emergency")
        self._monitor.wait_for(lambda: channel.hungup, 60)
        return ""

    def _outbound(self, phone: Phone, channel: Channel, number: str, shown: CallerId) -> str:
        self._feed.note(f"{phone.label} calls out to {number} as “{shown.name}” {shown.number}")
        self._show(phone, channel, State.CALLING, CallerId("", number))
        answered = self._ring(channel, [OUTSIDE], shown, self._pace.ringing)
        if answered is not None:
            self._talk(phone, channel, answered, CallerId("", number), shown)
            return ""
        return "No answer"

    def _extension(self, phone: Phone, channel: Channel, extension: str, identity: Identity) -> str:
        name = cast.users()[extension]
        plan = dialplan.reach(self._db, extension, identity.user, phone.number)
        caller = identity.caller
        places = " and ".join(self._phones[d].label for d in plan.devices if d in self._phones and self.reachable(d))
        self._feed.note(
            f"{caller.name} calls {name} ({extension}): {places + ' rings' if places else 'nothing to ring'}"
        )
        if plan.outside:
            return self._outbound(phone, channel, plan.outside, caller)
        self._show(phone, channel, State.CALLING, CallerId(name, extension))
        if phone.number in self.seats() and plan.devices:
            self._tour.tick("known")
        answered = self._ring(channel, plan.devices, caller, self._pace.ringing if plan.limited else None)
        if answered is not None:
            if self.seats().get(answered.number) == extension:
                self._tour.tick("reach")
            self._talk(phone, channel, answered, CallerId(name, extension), caller)
            return ""
        return self._unanswered(phone, channel, extension, plan)

    def _unanswered(self, phone: Phone, channel: Channel, extension: str, plan: Reach) -> str:
        box = self._voicemail.box(plan.mailbox) if plan.mailbox else None
        if channel.hungup:
            return ""
        if box is None:
            # No mailbox and no destination: FreePBX ends in Congestion (V).
            return "Congestion: no answer, no mailbox"
        self._listen(phone, "Voicemail", extension)
        channel.answer()
        self._feed.note(f"Voicemail of {box.name} ({extension}) answers")
        mailbox_calls.leave(channel, self._voicemail, box, self._pace.recording)
        return ""

    # --- ringing and talking

    def _ring(self, channel: Channel, devices: Sequence[str], caller: CallerId, seconds: float | None) -> Phone | None:
        """Ring phones together; return the one that answered. A phone that is not idle counts as busy."""
        answered: list[str] = []
        declined: set[str] = set()
        with self._monitor.lock:
            phones = [self._phones[d] for d in dict.fromkeys(devices) if d in self._phones and self.reachable(d)]
            ringing = [phone for phone in phones if phone.state in (State.IDLE, State.ENDED)]
            if not ringing or channel.hungup:
                return None
            offer = Offer(caller, answered.append, declined.add)
            for phone in ringing:
                phone.channel = None
                phone.ring(offer)

            def settled() -> bool:
                for phone in ringing:
                    if phone.number in declined and phone.offer is offer:
                        phone.rest()
                return bool(answered) or channel.hungup or len(declined) == len(ringing)

            self._monitor.wait_for(settled, seconds)
            for phone in ringing:
                if phone.offer is offer and phone.number not in answered[:1]:
                    phone.rest()
            if not answered:
                return None
            winner = self._phones[answered[0]]
            winner.channel = self._leg(winner.number, called=True)
            winner.channel.answer()
            winner.show(State.TALKING, caller)
            return winner

    def _talk(self, phone: Phone, channel: Channel, other: Phone, peer: CallerId, caller: CallerId) -> None:
        leg = other.channel
        if leg is None:
            return
        channel.answer()
        self._show(phone, channel, State.TALKING, peer)
        self._monitor.wait_for(lambda: channel.hungup or leg.hungup, None)
        self._end(other, leg, "Call ended")

    def _end(self, phone: Phone, channel: Channel, message: str) -> None:
        """End a leg; a phone whose caller is still holding the handset says so, then rests."""
        channel.hang_up()
        with self._monitor.lock:
            self._channels.pop(channel.name, None)
            if phone.channel is not channel:
                return
            phone.show(State.ENDED, CallerId("", ""), message)
            timer = threading.Timer(self._pace.ended, self._rest, (phone, channel))
            timer.daemon = True
            timer.start()

    def _rest(self, phone: Phone, channel: Channel) -> None:
        with self._monitor.lock:
            if phone.channel is channel and phone.state is State.ENDED:
                phone.rest()

    # --- small things

    def _leg(self, endpoint: str, called: bool = False, dialled: str = "") -> Channel:
        channel = Channel(self._monitor, self._pace, "PJSIP", endpoint, next(self._serial), called)
        channel.extension = dialled
        with self._monitor.lock:
            self._channels[channel.name] = channel
        self._tell("Newchannel", channel)
        channel.at_answer(lambda: self._tell("Newstate", channel))
        channel.at_hangup(lambda: self._tell("Hangup", channel))
        return channel

    def _tell(self, event: str, channel: Channel) -> None:
        """Send what Asterisk sends of a channel, as far as anybody here listens to it."""
        number, name = channel.state
        self._events.emit(
            event,
            (
                ("Channel", channel.name),
                ("ChannelState", str(number)),
                ("ChannelStateDesc", name),
                ("Exten", channel.extension),
                ("Uniqueid", channel.uniqueid),
            ),
        )

    def _show(self, phone: Phone, channel: Channel, state: State, peer: CallerId) -> None:
        with self._monitor.lock:
            if phone.channel is channel:
                phone.show(state, peer)

    def _listen(self, phone: Phone, name: str, number: str = "") -> None:
        with self._monitor.lock:
            if phone.channel is not None:
                phone.show(State.LISTENING, CallerId(name, number))

    def _who(self, user: str) -> str:
        return f"{cast.users().get(user, 'nobody')} ({user})"
