"""Makes the panel."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Callable, NamedTuple

from flask import Flask, Response

from hotdesk_module.compose import Parts
from hotdesk_module.config import Database
from hotdesk_module.core.model import Contact
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.projection import Comparisons
from hotdesk_module.ports import Clock
from hotdesk_module.web import api, pages
from hotdesk_module.web.alerts import Alerts
from hotdesk_module.web.checkup import Checkup
from hotdesk_module.web.database import connect_database
from hotdesk_module.web.errors import handle_errors
from hotdesk_module.web.furniture import furnish
from hotdesk_module.web.gate import guard
from hotdesk_module.web.internal import internal
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.webhook_test import WebhookTest
from hotdesk_module.web.work import connect

VIEWS = Path(__file__).resolve().parents[2] / "views"
# Bytes that a request may bring along.
LARGEST = 4_000_000
FRAGMENT = "X-Hotdesk-Fragment"


class Base(NamedTuple):
    """What the panel stands on.

    Attributes:
        compose: makes the adapters of one request, which lets go of them when it is answered.
        secret: what the bridge signs with.
        ask_for_repair: has the daemon reconcile soon.
        clock: the time by which signatures are judged.
        machine: what is true of the machine.
        database: where the ledger is, for the lists that are read only.
        registrations: the contact of each device that is registered; None: nobody knows.
        comparisons: what the daemon's repairs have found.
    """

    compose: Callable[[], Parts]
    secret: str
    alerts: Alerts
    ask_for_repair: Callable[[], None]
    clock: Clock
    machine: Callable[[], Machine]
    database: Database
    registrations: Callable[[], Mapping[str, Contact] | None]
    comparisons: Comparisons


def create_app(base: Base) -> Flask:
    """Return the panel's application."""
    log = logging.getLogger("hotdesk.panel")
    app = Flask("hotdesk_module.web", template_folder=str(VIEWS), static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST, MAX_FORM_MEMORY_SIZE=LARGEST)
    # An address with // is none, instead of a redirect by a page that is not ours.
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    guard(app, base.secret, base.clock, log)
    handle_errors(app, log)
    connect(app, base.compose, base.registrations)
    connect_database(app, base.database)
    notices = Notices()
    app.register_blueprint(internal(base.ask_for_repair, base.alerts))
    checkup, webhook_test = Checkup(base.machine, base.comparisons), WebhookTest()
    for part in (*pages.parts(notices, checkup, webhook_test), *api.parts(checkup, webhook_test)):
        app.register_blueprint(part)
    furnish(app, notices)

    @app.after_request
    def mark(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.mimetype == "text/html":
            response.headers[FRAGMENT] = "1"
        return response

    return app
