"""Finds a person by what an administrator types: the number, the name, or a part of it."""

from __future__ import annotations

from hotdesk_module.core.policy import check_extension
from hotdesk_module.errors import BadExtension
from hotdesk_module.sentences import named
from hotdesk_module.web import work
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.listing import number_key

# So many are named where several fit.
NAMED = 5


def people() -> list[tuple[str, str]]:
    """Return every extension with its name."""
    users = sorted(work.parts().inventory.users(), key=lambda u: number_key(u.extension))
    return [(u.extension, u.name) for u in users]


def find_user(typed: str) -> str:
    """Return the extension that is meant. A number is taken as it is, whether or not there is such an extension.

    Raises:
        BadExtension: nobody has such a name, or several people have.
    """
    if (typed.isascii() and typed.isdigit()) or not typed:
        return check_extension(typed)
    wanted = typed.casefold()
    everybody = people()
    fitting = [p for p in everybody if p[1].casefold() == wanted]
    fitting = fitting or [p for p in everybody if wanted in p[1].casefold()]
    if len(fitting) == 1:
        return fitting[0][0]
    if not fitting:
        raise BadExtension(_("Nobody is called “%s”, and it is no extension.") % typed[:40])
    names = ", ".join(named(number, {number: name}) for number, name in fitting[:NAMED])
    if len(fitting) > NAMED:
        names += ", …"
    raise BadExtension(_("“%(typed)s” may be several people: %(names)s.") % {"typed": typed[:40], "names": names})
