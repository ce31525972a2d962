"""Login, logout and repair, from whatever entry point: the use cases, each one :class:`Sequence` under the one lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Callable, NamedTuple

from hotdesk_module import repair
from hotdesk_module.core import lockout, machine, policy
from hotdesk_module.core.lockout import PHONE, USER, Attempts
from hotdesk_module.core.model import Event, Phone, Session, User, World
from hotdesk_module.core.settings import REFUSE, Settings
from hotdesk_module.errors import AsteriskDown, Changed, HotdeskError, LockedOut, UnknownPhone, UnknownUser, WeakPin
from hotdesk_module.messages import MessageLamps
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.repair import Choose, Progress, Repair
from hotdesk_module.sequence import Outcome, Scene, Sequence

__all__ = ["HotDesk", "Outcome", "Progress", "Repair", "Verify"]

# Sessions ended under one hold of the lock when many end at once, so that a login does not wait for all of them.
CHUNK = 100

# A user's lock does not hold at so many phones where the user last logged in with the PIN, in so many days: somebody
# else's guesses must not keep the user from them. A phone's own lock holds for everybody.
KNOWN_PHONES = 5
KNOWN_DAYS = 30
_DAY = 86400
# So many of the user's logins are looked through for them.
_LOGINS = 500

Verify = Callable[[], "HotdeskError | None"]

# Session.identity of some sessions.
Identities = Collection["tuple[str, str, int]"]


class Place(NamedTuple):
    """A phone at which somebody sits, and the user whose number it has at rest, where FreePBX has one.

    Attributes:
        label: empty where nobody has given it one, or it is in the pool no more.
    """

    phone: str
    label: str
    owner: User | None


class HotDesk(Sequence):
    """The use cases; see :class:`hotdesk_module.sequence.Sequence` for how to make one.

    Attributes:
        in_a_call: somebody waits at the phone: :meth:`show_messages` is left to whoever speaks with the caller.
    """

    in_a_call = False

    # Changing sessions

    def login(
        self,
        phone: str,
        user: str,
        verify: Verify | None = None,
        weak: bool = False,
        ending: Identities | None = None,
    ) -> Outcome:
        """Seat ``user`` at ``phone``.

        Args:
            verify: judges the PIN, and returns why it is refused or None. It is called at most once, under the lock, so
                that guesses made at the same time are counted one by one. None: an administrator, whom nobody asks.
            weak: the PIN, where it is right, is easily guessed.
            ending: the sessions that may end with it, as :meth:`foresee` has told; None: any.

        Raises:
            Changed: another session would end; nothing is changed or noted.
            HotdeskError: a refusal, which is in the history then, or a failure of the ledger.
        """
        policy.check_extension(user)
        with self._alone():
            current = self.settings()
            refusal = self.why_not_here(phone)
            if refusal is None and verify is not None:
                refusal = self._judge(phone, user, verify, current) or self._strength(user, weak, current)
            scene = self.scene((phone,), (user,), current) if refusal is None else None
            if scene is not None:
                refusal = _nobody_or_nothing(scene, phone, user)
            if scene is None or refusal is not None:
                assert refusal is not None
                raise self.refused(refusal, phone, user if verify is None or self._is_known(user) else "")
            owner = scene.world.owner(phone) == user
            decision = machine.decide(scene.sessions, machine.Login(phone, user, owner), current, self.clock())
            if decision.refusal is not None:
                raise self.refused(decision.refusal, phone, user)
            if ending is not None and any(e.session.identity not in ending for e in decision.endings):
                raise Changed("Who sits where has changed in the meantime. Nothing was done.")
            code = "home" if owner else "logged_in" if decision.start else "already_here"
            return self.carry_out(scene, decision, code, (phone,), (user,))

    def logout(self, phone: str) -> Outcome:
        """Give ``phone`` back.

        Raises:
            NotLoggedIn: nobody sits there; whatever was left over at a phone of the pool is put right all the same.
        """
        return self._logout(machine.Logout(phone), (phone,), ())

    def logout_user(self, user: str) -> Outcome:
        """Log ``user`` out everywhere.

        Raises:
            NotLoggedIn: the user sits nowhere.
        """
        return self._logout(machine.LogoutUser(policy.check_extension(user)), (), (user,))

    def _logout(self, command: machine.Command, phones: tuple[str, ...], users: tuple[str, ...]) -> Outcome:
        with self._alone():
            scene = self.scene(phones, users, self.settings())
            decision = machine.decide(scene.sessions, command, scene.settings, self.clock())
            if decision.refusal is None:
                return self.carry_out(scene, decision, "logged_out", phones, users)
            # Anybody may dial the code: a phone that is none of ours is left as it is.
            if users or scene.leftovers or self.ledger.phones(phones):
                self.carry_out(scene, decision, "logged_out", phones, users)
            raise self.refused(decision.refusal, *(phones or ("",)), *users)

    def logout_all(self, sessions: Iterable[Session] | None = None, progress: Progress | None = None) -> list[Outcome]:
        """Log out everybody, or those of ``sessions`` who still sit there.

        Args:
            progress: is told (done, total) as it goes.
        """
        found = self.ledger.sessions() if sessions is None else sessions
        return self.end((machine.Ending(s, "logout") for s in found), progress)

    def end(self, endings: Iterable[machine.Ending], progress: Progress | None = None) -> list[Outcome]:
        """End sessions, each for its reason, where they still last; who logged in there since stays.

        Args:
            progress: is told (done, total) as it goes.
        """
        wanted = {e.session.phone: e for e in endings}
        outcomes = []
        for first in range(0, len(wanted), CHUNK):
            phones = tuple(wanted)[first : first + CHUNK]
            with self._alone():
                scene = self.scene(phones, (), self.settings())
                here = [(s, wanted[s.phone]) for s in scene.sessions if s.phone in phones]
                still = (machine.Ending(s, e.why) for s, e in here if s.identity == e.session.identity)
                decision = machine.Decision(tuple(still))
                outcomes.append(self.carry_out(scene, decision, "logged_out", phones, ()))
            if progress is not None:
                progress(min(first + CHUNK, len(wanted)), len(wanted))
        return outcomes

    def refresh(self, phones: Iterable[str], progress: Progress | None = None) -> bool:
        """Bring phones in line with the ledger, e.g. when they have just joined or left the pool.

        Return whether Asterisk follows; where it does not, reconcile will finish the rest.

        Args:
            progress: is told (done, total) as it goes.
        """
        wanted = tuple(phones)
        applied = True
        for first in range(0, len(wanted), CHUNK):
            some = wanted[first : first + CHUNK]
            with self._alone():
                scene = self.scene(some, (), self.settings())
                applied = self.carry_out(scene, machine.Decision(), "", some, ()).applied and applied
            if progress is not None:
                progress(min(first + CHUNK, len(wanted)), len(wanted))
        return applied

    def show_messages(self) -> None:
        """Let the phones that somebody has come to or gone from show whose messages wait there.

        It never fails: what a phone is not told now it is told by the daemon.
        """
        phones, self.changed = self.changed, set()
        if phones:
            with suppress(HotdeskError):
                MessageLamps(self.ledger, self.inventory, self.switchboard).show(phones)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the ledger's lock; once it is released, message lamps follow what was done, also before a refusal."""
        try:
            with self.ledger.lock():
                yield
        except HotdeskError:
            self._let_show()
            raise
        self._let_show()

    def _let_show(self) -> None:
        if not self.in_a_call:
            self.show_messages()

    # Asking

    def foresee(self, phone: str, user: str) -> machine.Decision:
        """Return what a login by an administrator would do now, or why not; nothing is changed or noted.

        Raises:
            BadExtension: ``user`` cannot be one.
        """
        policy.check_extension(user)
        refusal = self.why_not_here(phone)
        if refusal is not None:
            return machine.Decision(refusal=refusal)
        current = self.settings()
        scene = self.scene((phone,), (user,), current)
        refusal = _nobody_or_nothing(scene, phone, user)
        if refusal is not None:
            return machine.Decision(refusal=refusal)
        owner = scene.world.owner(phone) == user
        return machine.decide(scene.sessions, machine.Login(phone, user, owner), current, self.clock())

    def why_not_here(self, phone: str) -> HotdeskError | None:
        """Return why nobody can log in at ``phone``, or None."""
        known: tuple[Phone, ...] = self.ledger.phones([phone])
        return policy.refuse_phone(phone, known[0] if known else None)

    def who_sits(self, phone: str) -> str:
        """Return the user who sits at ``phone``; empty where nobody does."""
        return next((s.user for s in self.ledger.sessions(phones=[phone])), "")

    def owner(self, phone: str) -> str:
        """Return whose ``phone`` is when nobody sits there.

        Raises:
            UnknownPhone: FreePBX has no such device.
        """
        devices = {d.id: d for d in self.inventory.devices([phone])}
        if phone not in devices:
            raise UnknownPhone(f"FreePBX has no device {phone}.")
        return World(devices, {}).owner(phone)

    def user(self, extension: str) -> User | None:
        """Return a user of FreePBX, or None."""
        return next(iter(self.inventory.users([extension])), None)

    def places(self, user: str) -> tuple[Place, ...]:
        """Return where ``user`` sits, the first phone first."""
        sessions = sorted(self.ledger.sessions(users=[user]), key=lambda s: s.slot)
        if not sessions:
            return ()
        phones = [s.phone for s in sessions]
        labels = {p.device: p.label for p in self.ledger.phones(phones)}
        users = {u.extension: u for u in self.inventory.users(phones)}
        return tuple(Place(p, labels.get(p, ""), users.get(p)) for p in phones)

    def has_code(self, phone: str, code: str) -> bool:
        """Return whether ``code`` is one of the phone's own."""
        return any(code in (p.login_code, p.logout_code) for p in self.ledger.phones([phone]))

    def phone_locked(self, phone: str) -> bool:
        """Return whether guesses from ``phone`` are refused for now."""
        attempts = self.ledger.attempts(PHONE, phone)
        if attempts.locked_until <= self.clock():
            return False
        with self.ledger.lock():
            return lockout.is_locked(self._count(PHONE, phone, self.settings()), self.clock())

    def refuse(self, error: HotdeskError, phone: str, user: str = "") -> None:
        """Write a refusal that an entry point decided, such as an impossible extension, into the history."""
        # Whoever reads the end of the history under the lock must not miss it.
        with self.ledger.lock():
            self.refused(error, phone, user)

    # Repair

    def reconcile(
        self, dry_run: bool = False, force: bool = False, progress: Progress | None = None, asked: bool = False
    ) -> Repair:
        """Bring all of Asterisk in line with the ledger; see :func:`hotdesk_module.repair.reconcile`."""
        try:
            found = repair.reconcile(self, dry_run, force, progress, asked)
        except HotdeskError:
            self._let_show()
            raise
        self._let_show()
        return found

    def glance(self, choose: Choose) -> bool:
        """Return whether nothing calls for a repair, as far as a glance at the sessions that ``choose`` picks tells."""
        return repair.glance(self, choose)

    def _judge(self, phone: str, user: str, verify: Verify, current: Settings) -> HotdeskError | None:
        """Judge a PIN unless the phone is locked, or the user is and does not know the phone; and count it.

        What is no user is not counted as one: it may be a PIN that was entered too early, and no PIN is ever stored.
        """
        now = self.clock()
        of_phone, of_user = self._count(PHONE, phone, current), self._count(USER, user, current)
        if lockout.is_locked(of_phone, now):
            return LockedOut(f"Too many wrong PINs from phone {phone}.")
        user_locked = lockout.is_locked(of_user, now)
        if user_locked and phone not in self._known_phones(user):
            return LockedOut("Too many wrong PINs for this user.")
        refusal = verify()
        if refusal is None:
            # Errors that concern nobody are forgotten with those of the user: somebody mistyped the extension.
            self._save(PHONE, phone, of_phone, lockout.after_success(of_phone, user, ""))
            self._save(USER, user, of_user, lockout.after_success(of_user, phone))
        elif refusal.code == UnknownUser.code:
            self._fail(PHONE, phone, of_phone, "", current)
        else:
            self._fail(PHONE, phone, of_phone, user, current)
            # Guesses at the phones that the user knows do not make the lock at all others last longer.
            if not user_locked:
                self._fail(USER, user, of_user, phone, current)
        return refusal

    def _count(self, kind: str, subject: str, current: Settings) -> Attempts:
        """Return the wrong PINs that still count. A lock from before the clock was set back is cut short for good."""
        now, which = self.clock(), lockout.rule(kind, current)
        stored = self.ledger.attempts(kind, subject)
        attempts = lockout.settled(stored, now, which)
        if now < attempts.locked_until < stored.locked_until:
            self.ledger.save_attempts(kind, subject, attempts)
        return attempts

    def _save(self, kind: str, subject: str, before: Attempts, after: Attempts) -> None:
        if after != before:
            self.ledger.save_attempts(kind, subject, after)

    def _fail(self, kind: str, subject: str, before: Attempts, other: str, current: Settings) -> None:
        """Count a wrong PIN, and tell of the lock where it is one too many."""
        now = self.clock()
        after = lockout.after_failure(before, other, now, lockout.rule(kind, current))
        if not lockout.is_locked(after, now):
            self.ledger.save_attempts(kind, subject, after)
            return
        seconds = after.locked_until - now
        phone, user = (subject, other) if kind == PHONE else (other, subject)
        line = Event(now, "lock", phone, user, self.source, self.actor, kind, f"{-(-seconds // 60)} minutes")
        self.ledger.save_attempts(kind, subject, after, [line])
        # Where Asterisk is down, nobody is there to listen.
        with suppress(AsteriskDown):
            self.switchboard.tell(
                "HDSKLock", Kind=kind, Phone=phone, User=user, Seconds=str(seconds), Until=str(after.locked_until)
            )

    def _known_phones(self, user: str) -> tuple[str, ...]:
        """Return where the user has logged in with the PIN lately, the last first."""
        since = self.clock() - KNOWN_DAYS * _DAY
        logins = self.ledger.events(HistoryFilter(user=user, event="login", since=since, limit=_LOGINS))
        return tuple(dict.fromkeys(e.phone for e in logins if e.source == "phone"))[:KNOWN_PHONES]

    def _strength(self, user: str, weak: bool, current: Settings) -> HotdeskError | None:
        """Note whether a right PIN is easily guessed, and return why it is refused, or None."""
        if weak:
            self.ledger.save_weak_pin(user, self.clock())
        elif self.ledger.weak_pins([user]):
            self.ledger.save_weak_pin(user, 0)
        if weak and current.weak_pins == REFUSE:
            return WeakPin(f"The PIN of extension {user} is easily guessed, and the settings refuse such PINs.")
        return None

    def _is_known(self, user: str) -> bool:
        return bool(self.inventory.users([user]))


def _nobody_or_nothing(scene: Scene, phone: str, user: str) -> HotdeskError | None:
    """Return why nobody can sit there: FreePBX has no such user, or the phone no more."""
    if phone not in scene.world.devices:
        return UnknownPhone(f"FreePBX has no device {phone} any more.")
    if user not in scene.world.users:
        return UnknownUser(f"There is no extension {user}.")
    return None
