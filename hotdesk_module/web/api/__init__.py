"""The same as data: what the pages show and do, under the same permissions; ``docs/api.md`` describes it."""

from __future__ import annotations

from flask import Blueprint

from hotdesk_module.web.api.health import health
from hotdesk_module.web.api.phones import phones
from hotdesk_module.web.api.sessions import sessions
from hotdesk_module.web.checkup import Checkup


def parts(checkup: Checkup) -> tuple[Blueprint, ...]:
    """Return everything under /api."""
    return (
        phones(),
        sessions(),
        health(checkup),
    )
