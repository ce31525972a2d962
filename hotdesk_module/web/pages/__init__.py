"""The pages: one file for each part of the panel."""

from __future__ import annotations

from flask import Blueprint

from hotdesk_module.web.checkup import Checkup
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.pages.emergency import emergency
from hotdesk_module.web.pages.health import health
from hotdesk_module.web.pages.history import history
from hotdesk_module.web.pages.locks import locks
from hotdesk_module.web.pages.logout import logout
from hotdesk_module.web.pages.occupancy import occupancy
from hotdesk_module.web.pages.people import people
from hotdesk_module.web.pages.person_login import person_login
from hotdesk_module.web.pages.person_pin import person_pin
from hotdesk_module.web.pages.person_queues import person_queues
from hotdesk_module.web.pages.phone import phone
from hotdesk_module.web.pages.phone_login import phone_login
from hotdesk_module.web.pages.phones import phones
from hotdesk_module.web.pages.phones_add import phones_add
from hotdesk_module.web.pages.phones_edit import phones_edit
from hotdesk_module.web.pages.phones_import import phones_import
from hotdesk_module.web.pages.phones_remove import phones_remove
from hotdesk_module.web.pages.settings import settings
from hotdesk_module.web.pages.webhook import webhook
from hotdesk_module.web.webhook_test import WebhookTest


def parts(notices: Notices, checkup: Checkup, webhook_test: WebhookTest) -> tuple[Blueprint, ...]:
    """Return all pages."""
    return (
        phones(notices),
        phone(notices),
        phones_add(notices),
        phones_edit(notices),
        phones_import(notices),
        phones_remove(notices),
        phone_login(notices),
        logout(notices),
        people(notices),
        locks(notices),
        person_login(notices),
        person_pin(notices),
        person_queues(notices),
        history(),
        occupancy(),
        settings(notices),
        webhook(notices, webhook_test),
        health(notices, checkup),
        emergency(),
    )
