"""What a command does to the sessions: a total table, so that every state has an answer for every command.

The state that matters is small: who sits at the phone, and whether the user sits anywhere. :func:`decide` reads the two
off the sessions, looks the answer up in :data:`TABLE` and returns it as a value; nothing is changed here.
"""

from __future__ import annotations

from enum import Enum
from typing import Callable, NamedTuple, Union

from hotdesk_module.core.model import Session
from hotdesk_module.core.settings import ALLOW, MOVE, REFUSE, Settings
from hotdesk_module.errors import Elsewhere, HotdeskError, NotLoggedIn, Occupied, TooManyPhones


class Login(NamedTuple):
    """``user`` wants to sit at ``phone``; ``owner``: the phone is the user's own."""

    phone: str
    user: str
    owner: bool = False


class Logout(NamedTuple):
    """Whoever sits at ``phone`` leaves."""

    phone: str


class LogoutUser(NamedTuple):
    """``user`` leaves every phone."""

    user: str


Command = Union[Login, Logout, LogoutUser]


class Seat(Enum):
    """Who sits at the phone of the command."""

    FREE = "free"
    SAME = "same"
    OTHER = "other"


class Whereabouts(Enum):
    """Whether the user of the command sits at another phone."""

    NOWHERE = "nowhere"
    ELSEWHERE = "elsewhere"


class Ending(NamedTuple):
    """A session that ends, and why: ``logout``, ``replaced``, ``moved`` or ``owner``; by itself ``idle``,
    ``max_time`` or ``daily``; in a repair ``user_deleted`` or ``phone_deleted``."""

    session: Session
    why: str


class Decision(NamedTuple):
    """The answer to a command.

    Attributes:
        endings: sessions that end.
        start: the session that begins, if one does.
        refusal: why nothing changes; None where the command is carried out.
    """

    endings: tuple[Ending, ...] = ()
    start: Session | None = None
    refusal: HotdeskError | None = None

    @property
    def changes(self) -> bool:
        """Whether any session begins or ends."""
        return bool(self.endings or self.start)


class _Case(NamedTuple):
    command: Command
    here: Session | None
    elsewhere: tuple[Session, ...]
    settings: Settings
    now: int


_Answer = Callable[[_Case], Decision]


def _refuse(error: HotdeskError) -> Decision:
    return Decision(refusal=error)


def _sit(case: _Case) -> Decision:
    """Begin a session, ending what the policies say."""
    command, settings = case.command, case.settings
    assert isinstance(command, Login)
    endings: list[Ending] = []
    if case.here is not None:
        if settings.take_over == REFUSE:
            return _refuse(Occupied(f"Somebody else is logged in at phone {command.phone}."))
        endings.append(Ending(case.here, "replaced"))
    taken = {s.slot for s in case.elsewhere}
    if case.elsewhere:
        if settings.several_phones == REFUSE:
            return _refuse(Elsewhere(f"{command.user} is logged in at phone {case.elsewhere[0].phone}."))
        if settings.several_phones == MOVE:
            endings += [Ending(s, "moved") for s in case.elsewhere]
            taken = set()
        elif len(case.elsewhere) >= settings.max_phones:
            return _refuse(TooManyPhones(f"{command.user} is logged in at {len(case.elsewhere)} phones already."))
    slot = next(n for n in range(1, len(taken) + 2) if n not in taken)
    return Decision(tuple(endings), Session(command.phone, command.user, case.now, slot))


def _stay(case: _Case) -> Decision:
    """The user sits there already; a policy made stricter since still ends what it no longer allows."""
    if case.settings.several_phones == ALLOW:
        return Decision()
    return Decision(tuple(Ending(s, "moved") for s in case.elsewhere))


def _come_home(case: _Case) -> Decision:
    """An owner logs in at the own phone: the guest leaves, and the owner's sessions elsewhere end.

    No session begins, for without one the phone is its owner's anyway. No policy keeps an owner out.
    """
    endings = [Ending(case.here, "owner")] if case.here else []
    return Decision(tuple(endings) + tuple(Ending(s, "moved") for s in case.elsewhere))


def _leave(case: _Case) -> Decision:
    sessions = ((case.here,) if case.here else ()) + case.elsewhere
    return Decision(tuple(Ending(s, "logout") for s in sessions))


def _leave_here(case: _Case) -> Decision:
    assert case.here is not None
    return Decision((Ending(case.here, "logout"),))


def _nobody_here(case: _Case) -> Decision:
    assert isinstance(case.command, Logout)
    return _refuse(NotLoggedIn(f"Nobody is logged in at phone {case.command.phone}."))


def _nowhere(case: _Case) -> Decision:
    assert isinstance(case.command, LogoutUser)
    return _refuse(NotLoggedIn(f"{case.command.user} is not logged in at any phone."))


# Verb, who sits at the phone, where the user is. A Logout names no user and a LogoutUser no phone: the column that a
# command does not name has one value only.
TABLE: dict[tuple[str, Seat, Whereabouts], _Answer] = {
    ("login", Seat.FREE, Whereabouts.NOWHERE): _sit,
    ("login", Seat.FREE, Whereabouts.ELSEWHERE): _sit,
    ("login", Seat.OTHER, Whereabouts.NOWHERE): _sit,
    ("login", Seat.OTHER, Whereabouts.ELSEWHERE): _sit,
    ("login", Seat.SAME, Whereabouts.NOWHERE): _stay,
    ("login", Seat.SAME, Whereabouts.ELSEWHERE): _stay,
    ("come home", Seat.FREE, Whereabouts.NOWHERE): _come_home,
    ("come home", Seat.FREE, Whereabouts.ELSEWHERE): _come_home,
    ("come home", Seat.OTHER, Whereabouts.NOWHERE): _come_home,
    ("come home", Seat.OTHER, Whereabouts.ELSEWHERE): _come_home,
    ("come home", Seat.SAME, Whereabouts.NOWHERE): _come_home,
    ("come home", Seat.SAME, Whereabouts.ELSEWHERE): _come_home,
    ("logout", Seat.FREE, Whereabouts.NOWHERE): _nobody_here,
    ("logout", Seat.OTHER, Whereabouts.NOWHERE): _leave_here,
    ("logout user", Seat.FREE, Whereabouts.NOWHERE): _nowhere,
    ("logout user", Seat.FREE, Whereabouts.ELSEWHERE): _leave,
}


def decide(sessions: tuple[Session, ...], command: Command, settings: Settings, now: int) -> Decision:
    """Return what ``command`` does to ``sessions``.

    ``sessions`` may be all there are or those of the command's phone and user only; the answer is the same.
    """
    phone = command.phone if not isinstance(command, LogoutUser) else None
    user = command.user if not isinstance(command, Logout) else None
    here = next((s for s in sessions if s.phone == phone), None)
    elsewhere = tuple(s for s in sessions if s.user == user and s.phone != phone)
    seat = Seat.FREE if here is None else Seat.SAME if here.user == user else Seat.OTHER
    where = Whereabouts.ELSEWHERE if elsewhere else Whereabouts.NOWHERE
    return TABLE[verb(command), seat, where](_Case(command, here, elsewhere, settings, now))


def verb(command: Command) -> str:
    """Return the row of :data:`TABLE` that a command belongs to."""
    if isinstance(command, Login):
        return "come home" if command.owner else "login"
    return "logout" if isinstance(command, Logout) else "logout user"
