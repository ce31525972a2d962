"""Where an administrator goes back to after something was done to a person: where it was asked for."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Response, request

from hotdesk_module.web.gate import identity
from hotdesk_module.web.links import go_to
from hotdesk_module.web.notices import Notice, Notices
from hotdesk_module.web.people import Wanted, wanted

# The field of a form, or of a link to one: HERE for the person's own page, or the query of the list as it was.
FIELD = "back"
HERE = "person"


def back() -> str:
    """Return where the page that is being answered was asked for."""
    return request.form.get(FIELD, request.args.get(FIELD, ""))


def query_of(asked: Wanted) -> dict[str, object]:
    """Return the fields of a query that asks for just this page of the list."""
    return {**asked.query(), "page": asked.page if asked.page > 1 else ""}


def way_back(asked: Wanted) -> str:
    """Return what a form of the list carries as FIELD."""
    return urlencode({name: str(value) for name, value in query_of(asked).items() if value})


def tell(notices: Notices, extension: str, *told: Notice) -> Response:
    """Go back there, and say what was done.

    Args:
        extension: whom it was about; empty: several people.
    """
    notice = notices.keep(identity().user, told)
    if back() == HERE and extension:
        return go_to(f"/people/{extension}", notice=notice)
    return go_to("/people", **query_of(wanted(dict(parse_qsl(back())))), notice=notice)
