"""The pages: one file for each part of the panel."""

from __future__ import annotations

from typing import Callable

from flask import Blueprint

from hotdesk_module.health.installation import Machine
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.pages.health import health
from hotdesk_module.web.pages.history import history
from hotdesk_module.web.pages.occupancy import occupancy
from hotdesk_module.web.pages.phones import phones


def parts(notices: Notices, machine: Callable[[], Machine]) -> tuple[Blueprint, ...]:
    """Return all pages."""
    return (
        phones(notices),
        history(),
        occupancy(),
        health(notices, machine),
    )
