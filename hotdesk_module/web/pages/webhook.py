"""A button of the page Settings: send the webhook a test."""

from __future__ import annotations

from flask import Blueprint, Response

from hotdesk_module.errors import Busy, NoWebhook, WebhookFailed
from hotdesk_module.web.gate import identity
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.notices import DONE, FAILED, Notice, Notices
from hotdesk_module.web.webhook_test import WebhookTest


def webhook(notices: Notices, webhook_test: WebhookTest) -> Blueprint:
    """Return the pages."""
    pages = Blueprint("webhook", __name__)

    @pages.post("/settings/webhook/test")
    def test() -> Response:
        try:
            hook, reply = webhook_test.send()
        except (NoWebhook, WebhookFailed, Busy) as error:
            told = Notice(FAILED, (error.message,))
        else:
            values = {"place": hook.to.place, "status": reply.status, "seconds": f"{reply.seconds:.2f}"}
            line = _("%(place)s took the test: it answered %(status)s after %(seconds)s seconds.") % values
            told = Notice(DONE, (line,))
        return go_to("/settings", notice=notices.keep(identity().user, [told]))

    return pages
