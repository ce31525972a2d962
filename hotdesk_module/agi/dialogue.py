"""Ask for extension and PIN, say how it went. The dialogue knows prompts and patience; the rules are the service's."""

from __future__ import annotations

import hmac
from typing import Callable, NamedTuple

from hotdesk_module.agi import names, prompts
from hotdesk_module.agi.protocol import Agi
from hotdesk_module.core import pins, policy, spelling
from hotdesk_module.core.model import User
from hotdesk_module.errors import BadExtension, CodeNotHere, HotdeskError, LockedOut, NoInput, UnknownPhone, WrongPin
from hotdesk_module.service import HotDesk, Outcome, Place

# The longest pause while entering digits, in milliseconds.
PATIENCE = 6000
# More digits than any extension or PIN has: what is too long is judged as a whole and does not spill into the next
# question.
MOST_DIGITS = 40

# The channel variable in which the dialplan finds the outcome.
STATUS = "HDSK_STATUS"

# After these the caller is asked again; the first four with the same words and the same next step, so that nobody
# learns by listening which extensions there are.
_TRY_AGAIN = frozenset(("wrong_pin", "unknown_user", "no_mailbox", "empty_pin", "bad_extension"))
# Of these the log gets the code only: a message might repeat what the caller entered as an extension, and some people
# enter their PIN there.
_ABOUT_ENTRY = _TRY_AGAIN | {"locked_out"}

Open = Callable[[], HotDesk]


class Answer(NamedTuple):
    """How a call went: the code for the dialplan, and what the caller hears."""

    code: str
    sounds: tuple[str, ...]


class Dialogue:
    """One call to a code of ours.

    Args:
        open_desk: connects to ledger and Asterisk; called once, while the first prompt is playing.
    """

    _desk: HotDesk

    def __init__(self, agi: Agi, open_desk: Open) -> None:
        self._agi = agi
        self._open_desk = open_desk
        # What the channel is, and what it authenticated as.
        self._technology = self._name = ""
        self._phone = ""
        self._user = ""
        self._attempts = 1

    def login(self, extension: str = "", own_code: str = "") -> str:
        """Hold the dialogue of ``*11`` or ``*11<extension>`` and return the code of its outcome.

        Args:
            own_code: the code that was dialled, where it is not the general one: it must be this phone's own.
        """

        def ready() -> None:
            self._find_phone(own_code)
            self._ready_for_login()

        return self._hold(ready, lambda: _done(self._login(extension)))

    def logout(self, own_code: str = "") -> str:
        """Hold the dialogue of ``*12`` and return the code of its outcome."""
        return self._hold(lambda: self._find_phone(own_code), self._leave)

    def key(self, phone: str = "") -> str:
        """Hold the dialogue of the login key of ``phone``, by default the one that is calling.

        Who presses it there logs out, or in where nobody sits. Anywhere else it only tells whose phone that is: a lamp
        that somebody watches must not throw others out.
        """
        sits = ""

        def ready() -> None:
            nonlocal sits
            self._find_phone()
            if phone in ("", self._phone):
                sits = self._desk.who_sits(self._phone)
                if not sits:
                    self._ready_for_login()

        def press() -> Answer:
            if phone not in ("", self._phone):
                return self._whose(phone)
            return self._leave() if sits else _done(self._login(""))

        return self._hold(ready, press)

    def whose(self, phone: str = "") -> str:
        """Say who sits at ``phone``, by default the one that is calling, or whose it is when nobody does."""
        return self._hold(lambda: None if phone else self._find_phone(), lambda: self._whose(phone or self._phone))

    def where(self, extension: str = "") -> str:
        """Say where a user sits, whoever asks from wherever."""
        return self._hold(lambda: None, lambda: self._where(extension or self._ask(prompts.ASK_EXTENSION)))

    def apologize(self) -> None:
        """Say that something is wrong with us, and leave the code for the dialplan."""
        self._agi.set_variable(STATUS, HotdeskError.code)
        self._say(prompts.REFUSALS[HotdeskError.code])

    def _hold(self, get_ready: Callable[[], None], conversation: Callable[[], Answer]) -> str:
        """Answer, get ready while the first second plays, converse, and say how it went."""

        def arrive() -> None:
            self._desk = self._open_desk()
            get_ready()

        try:
            self._agi.answer()
            self._technology, self._name = self._channel()
            self._agi.play(prompts.SETTLE, meanwhile=arrive)
            code, sounds = conversation()
        except HotdeskError as error:
            code, sounds = error.code, prompts.REFUSALS[error.code]
            if code != "hangup":
                said = code if code in _ABOUT_ENTRY else error.message
                self._agi.verbose(f"Hot desking at phone {self._phone or '?'}: {said}")
        try:
            self._agi.set_variable(STATUS, code)
            self._say(sounds, self._show_messages)
        finally:
            # Whoever hangs up before the answer begins has been logged in or out all the same.
            self._show_messages()
        return code

    def _channel(self) -> tuple[str, str]:
        """Return the channel's technology and what it authenticated as; a caller ID can be forged (F§11)."""
        technology = self._agi.environment.get("agi_channel", "").partition("/")[0]
        name = {"PJSIP": "${CHANNEL(endpoint)}", "SIP": "${CHANNEL(peername)}"}.get(technology)
        return technology, self._agi.expand(name) if name else ""

    def _find_phone(self, own_code: str = "") -> None:
        """Find out which device is calling.

        Raises:
            UnknownPhone: the channel is no phone's, or FreePBX dials the device of that name by another channel.
            CodeNotHere: ``own_code`` is not its own.
        """
        devices = self._desk.inventory.devices([self._name]) if self._name else ()
        if not devices or devices[0].dial != f"{self._technology}/{self._name}":
            raise UnknownPhone(f"The channel {self._agi.environment.get('agi_channel', '')} is not a phone's.")
        self._phone = self._name
        if own_code and not self._desk.has_code(self._phone, own_code):
            raise CodeNotHere(f"{own_code} is another phone's code.")

    def _ready_for_login(self) -> None:
        refusal = self._desk.why_not_here(self._phone)
        if refusal is None and self._desk.phone_locked(self._phone):
            refusal = LockedOut(f"Too many wrong PINs from phone {self._phone}.")
        if refusal is not None:
            self._desk.refuse(refusal, self._phone)
            raise refusal
        self._attempts = self._desk.settings().attempts

    def _leave(self) -> Answer:
        return _done(self._desk.logout(self._phone))

    def _whose(self, phone: str) -> Answer:
        sits = self._desk.who_sits(phone)
        user = sits or self._desk.owner(phone)
        ends = prompts.HERE if sits else prompts.NOWHERE
        return Answer(prompts.TOLD, (*self._named(user), ends))

    def _where(self, extension: str) -> Answer:
        policy.check_extension(extension)
        places = self._desk.places(extension)
        if not places and self._desk.user(extension) is None:
            raise BadExtension("There is no such extension.")
        there = [sound for place in places for sound in (prompts.AT, *_place(place))]
        return Answer(prompts.TOLD, (*self._named(extension), *(there or (prompts.NOWHERE,))))

    def _named(self, user: str) -> tuple[str, ...]:
        return *names.recorded(self._desk.user(user)), prompts.EXTENSION, prompts.DIGITS + user

    def _login(self, given: str) -> Outcome:
        for left in reversed(range(self._attempts)):
            try:
                return self._attempt(given)
            except HotdeskError as error:
                if not left or error.code not in _TRY_AGAIN:
                    raise
                if isinstance(error, BadExtension):
                    given = ""
                self._say(prompts.REFUSALS[error.code])
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, given: str) -> Outcome:
        """Ask once for what is missing, and try."""
        extension = given or self._ask(prompts.ASK_EXTENSION)
        self._user = extension
        try:
            policy.check_extension(extension)
        except BadExtension:
            # Without the digits, which may hold a PIN.
            error = BadExtension("What was entered cannot be an extension.")
            self._desk.refuse(error, self._phone)
            raise error from None
        user: User | None = None
        stored = ""

        def look_up() -> None:
            nonlocal user, stored
            user = next(iter(self._desk.inventory.users([extension])), None)
            # Who has a mailbox logs in with its PIN and no other.
            if user is not None and not user.mailbox:
                stored = self._desk.ledger.pin(extension)

        pin = self._ask(prompts.ASK_PIN, look_up)
        # Before the lock, for a hash takes its time; whether it counts is decided under it.
        verdict = self._judge(extension, user, stored, pin)
        # What is weak about it stays here: only who enters the right PIN learns that it is weak.
        weak = verdict is None and bool(pins.weakness(extension, pin))
        return self._desk.login(self._phone, extension, lambda: verdict, weak)

    def _judge(self, extension: str, user: User | None, stored: str, pin: str) -> HotdeskError | None:
        """Return why a PIN is refused, or None: against the mailbox's, or the hash of a user who has no mailbox."""
        refusal = policy.refuse_user(extension, user, bool(stored))
        if refusal is not None or user is None:
            return refusal
        if stored:
            right = pins.matches(pin, stored)
        else:
            password = self._password(user)
            refusal = policy.refuse_password(extension, password)
            if refusal is not None:
                return refusal
            right = hmac.compare_digest(pin.encode(), policy.pin_of(password).encode())
        return None if right else WrongPin(f"Wrong PIN for {extension}.")

    def _password(self, user: User) -> str:
        """Return the mailbox password that Asterisk has in memory at this moment (F§4)."""
        return self._agi.expand(f"${{VM_INFO({user.extension}@{user.mailbox},password)}}")

    def _ask(self, sound: str, meanwhile: Callable[[], None] | None = None) -> str:
        """Return the digits entered; asked a second time if there are none.

        Raises:
            NoInput: nothing the second time either.
        """
        for work in (meanwhile, None):
            digits = self._agi.get_data(sound, PATIENCE, MOST_DIGITS, work).digits
            if digits:
                return digits
        raise NoInput("Nothing was entered.")

    def _show_messages(self) -> None:
        """Let message lamps follow what was done, once."""
        desk = getattr(self, "_desk", None)
        if desk is not None:
            desk.show_messages()

    def _say(self, sounds: tuple[str, ...], meanwhile: Callable[[], None] | None = None) -> None:
        """Speak, and run ``meanwhile`` as the first sound plays."""
        for sound in sounds:
            if sound.startswith("{"):
                self._agi.say_digits(sound.format(phone=self._phone, user=self._user))
            elif sound.startswith(prompts.DIGITS):
                self._agi.say_digits(sound[len(prompts.DIGITS) :])
            elif sound.startswith(prompts.LETTERS):
                self._agi.spell(sound[len(prompts.LETTERS) :])
            else:
                self._agi.play(sound, meanwhile)
                meanwhile = None


def _done(outcome: Outcome) -> Answer:
    return Answer(outcome.code, prompts.OUTCOMES[outcome.code])


def _place(place: Place) -> tuple[str, ...]:
    """Return how a phone is said: its number, and the name that was recorded in its mailbox, else its label spelled."""
    words = (sound for word in spelling.spelled(place.label) for sound in (prompts.PAUSE, prompts.LETTERS + word))
    return prompts.EXTENSION, prompts.DIGITS + place.phone, *(names.recorded(place.owner) or words)
