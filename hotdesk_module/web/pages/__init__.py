"""The pages: one file for each part of the panel."""

from __future__ import annotations

from flask import Blueprint

from hotdesk_module.web.checkup import Checkup
from hotdesk_module.web.notices import Notices
from hotdesk_module.web.pages.health import health
from hotdesk_module.web.pages.phones import phones


def parts(notices: Notices, checkup: Checkup) -> tuple[Blueprint, ...]:
    """Return all pages."""
    return (
        phones(notices),
        health(notices, checkup),
    )
