"""The webhook as data: how it goes, and a test of it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hotdesk_module import answers, webhooks
from hotdesk_module.web import work
from hotdesk_module.web.webhook_test import WebhookTest


def webhook(webhook_test: WebhookTest) -> Blueprint:
    """Return the paths under /api/webhook."""
    pages = Blueprint("api_webhook", __name__, url_prefix="/api/webhook")

    @pages.get("")
    def show() -> Response:
        found = webhooks.state(work.parts().ledger)
        return jsonify(answers.webhook(found.hook, found.delivery, found.waiting))

    @pages.post("/test")
    def test() -> Response:
        return jsonify(answers.tested(*webhook_test.send()))

    return pages
