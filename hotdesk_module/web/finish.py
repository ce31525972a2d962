"""The end of everything that is done: back to where it was asked for, where it is told what happened."""

from __future__ import annotations

from flask import Response

from hotdesk_module.web.gate import identity
from hotdesk_module.web.links import back, go_to
from hotdesk_module.web.notices import Notice, Notices


def finish(notices: Notices, otherwise: str, *told: Notice) -> Response:
    """Return the answer after something was done.

    Args:
        otherwise: where to go to when nobody said where to go back to.
    """
    return go_to(back(otherwise), notice=notices.keep(identity().user, told))
