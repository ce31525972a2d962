"""Login, logout and repair, from whatever entry point: the use cases, each one :class:`Sequence` under the one lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Callable

from hotdesk_module import repair
from hotdesk_module.core import machine, policy
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import Changed, HotdeskError, LockedOut, UnknownPhone, UnknownUser
from hotdesk_module.repair import Progress, Repair
from hotdesk_module.sequence import Outcome, Scene, Sequence

__all__ = ["HotDesk", "Outcome", "Progress", "Repair", "Verify"]

# Sessions ended under one hold of the lock when many end at once, so that a login does not wait for all of them.
CHUNK = 100

Verify = Callable[[], "HotdeskError | None"]

# Session.identity of some sessions.
Identities = Collection["tuple[str, str, int]"]


class HotDesk(Sequence):
    """The use cases; see :class:`hotdesk_module.sequence.Sequence` for how to make one."""

    # Changing sessions

    def login(self, phone: str, user: str, verify: Verify | None = None, ending: Identities | None = None) -> Outcome:
        """Seat ``user`` at ``phone``.

        Args:
            verify: judges the PIN, and returns why it is refused or None. It is called at most once, under the lock, so
                that guesses made at the same time are counted one by one. None: an administrator, whom nobody asks.
            ending: the sessions that may end with it, as :meth:`foresee` has told; None: any.

        Raises:
            Changed: another session would end; nothing is changed or noted.
            HotdeskError: a refusal, which is in the history then, or a failure of the ledger.
        """
        policy.check_extension(user)
        with self.ledger.lock():
            current = self.settings()
            refusal = self.why_not_here(phone)
            if refusal is None and verify is not None:
                refusal = self._judge(phone, user, verify, current)
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
        with self.ledger.lock():
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
            with self.ledger.lock():
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
            with self.ledger.lock():
                scene = self.scene(some, (), self.settings())
                applied = self.carry_out(scene, machine.Decision(), "", some, ()).applied and applied
            if progress is not None:
                progress(min(first + CHUNK, len(wanted)), len(wanted))
        return applied

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

    def has_code(self, phone: str, code: str) -> bool:
        """Return whether ``code`` is one of the phone's own."""
        return any(code in (p.login_code, p.logout_code) for p in self.ledger.phones([phone]))

    def phone_locked(self, phone: str) -> bool:
        """Return whether guesses from ``phone`` are refused for now."""
        return policy.is_locked(self.ledger.attempts("phone", phone), self.clock())

    def refuse(self, error: HotdeskError, phone: str, user: str = "") -> None:
        """Write a refusal that an entry point decided, such as an impossible extension, into the history."""
        self.refused(error, phone, user)

    # Repair

    def reconcile(self, dry_run: bool = False, force: bool = False, progress: Progress | None = None) -> Repair:
        """Bring all of Asterisk in line with the ledger; see :func:`hotdesk_module.repair.reconcile`."""
        return repair.reconcile(self, dry_run, force, progress)

    def _judge(self, phone: str, user: str, verify: Verify, current: Settings) -> HotdeskError | None:
        """Judge a PIN unless user or phone is locked, and count it.

        What is no user is not counted as one: it may be a PIN that was entered too early, and no PIN is ever stored.
        """
        now = self.clock()
        parties: tuple[tuple[str, str, str], ...] = (("user", user, phone), ("phone", phone, user))
        attempts = {kind: self.ledger.attempts(kind, subject) for kind, subject, _ in parties}
        if any(policy.is_locked(a, now) for a in attempts.values()):
            return LockedOut(f"Too many wrong PINs for this user or from phone {phone}.")
        refusal = verify()
        if refusal is not None and refusal.code == UnknownUser.code:
            parties = (("phone", phone, ""),)
        for kind, subject, other in parties:
            before = attempts[kind]
            if refusal is not None:
                after = policy.after_failure(before, other, now, current)
            else:
                after = policy.after_success(before, other if kind == "phone" else None)
            if after != before:
                self.ledger.save_attempts(kind, subject, after)
        return refusal

    def _is_known(self, user: str) -> bool:
        return bool(self.inventory.users([user]))


def _nobody_or_nothing(scene: Scene, phone: str, user: str) -> HotdeskError | None:
    """Return why nobody can sit there: FreePBX has no such user, or the phone no more."""
    if phone not in scene.world.devices:
        return UnknownPhone(f"FreePBX has no device {phone} any more.")
    if user not in scene.world.users:
        return UnknownUser(f"There is no extension {user}.")
    return None
