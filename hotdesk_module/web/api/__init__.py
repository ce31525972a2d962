"""The same as data: what the pages show and do, under the same permissions; ``docs/api.md`` describes it."""

from __future__ import annotations

from flask import Blueprint

from hotdesk_module.web.api.emergency import emergency
from hotdesk_module.web.api.files import files
from hotdesk_module.web.api.health import health
from hotdesk_module.web.api.history import history
from hotdesk_module.web.api.locks import locks
from hotdesk_module.web.api.occupancy import occupancy
from hotdesk_module.web.api.people import people
from hotdesk_module.web.api.phones import phones
from hotdesk_module.web.api.sessions import sessions
from hotdesk_module.web.api.settings import settings
from hotdesk_module.web.api.webhook import webhook
from hotdesk_module.web.checkup import Checkup
from hotdesk_module.web.webhook_test import WebhookTest


def parts(checkup: Checkup, webhook_test: WebhookTest) -> tuple[Blueprint, ...]:
    """Return everything under /api."""
    return (
        phones(),
        files(),
        sessions(),
        health(checkup),
        emergency(),
        people(),
        locks(),
        settings(),
        webhook(webhook_test),
        history(),
        occupancy(),
    )
