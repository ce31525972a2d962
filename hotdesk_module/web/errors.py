"""Errors on their way to the browser: one table of HTTP statuses, one shape in JSON, one fragment."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from hotdesk_module.errors import HotdeskError, LedgerDown

REFUSED = 409
BAD_INPUT = 400
MISSING = 404
UNAVAILABLE = 503

# Every code of errors.all_codes(), those included that only a caller at a phone can cause.
STATUSES: dict[str, int] = {
    "internal_error": 500,
    "wrong_pin": REFUSED,
    "unknown_user": MISSING,
    "no_mailbox": REFUSED,
    "empty_pin": REFUSED,
    "weak_pin": REFUSED,
    "locked_out": REFUSED,
    "no_input": BAD_INPUT,
    "not_in_pool": MISSING,
    "unknown_phone": MISSING,
    "phone_disabled": REFUSED,
    "occupied": REFUSED,
    "elsewhere": REFUSED,
    "too_many_phones": REFUSED,
    "not_logged_in": REFUSED,
    "code_not_here": REFUSED,
    "hangup": REFUSED,
    "bad_extension": BAD_INPUT,
    "bad_value": BAD_INPUT,
    "bad_pin": BAD_INPUT,
    "has_mailbox": REFUSED,
    "phone_exists": REFUSED,
    "changed": REFUSED,
    "duplicate_mac": REFUSED,
    "bad_import": BAD_INPUT,
    "no_webhook": REFUSED,
    "bad_config": UNAVAILABLE,
    "ledger_down": UNAVAILABLE,
    "busy": UNAVAILABLE,
    "asterisk_down": UNAVAILABLE,
    "webhook_failed": UNAVAILABLE,
    "unsafe_plan": REFUSED,
}
INTERNAL = "Something went wrong on our side. The daemon's log says more; nothing is left half done."


def handle_errors(app: Flask, log: logging.Logger) -> None:
    """Let the application answer every error as its reader expects."""

    @app.errorhandler(HotdeskError)
    def known(error: HotdeskError) -> tuple[Response | str, int]:
        status = STATUSES[error.code]
        if status >= 500:
            log.warning("%s %s: %s (%s)", request.method, request.path, error.message, error.code)
        return answer(error.code, error.message, status)

    @app.errorhandler(DBAPIError)
    def no_database(error: DBAPIError) -> tuple[Response | str, int]:
        # What a driver says of it, without the statement and its values.
        words = str(error.orig.args[-1] if error.orig and error.orig.args else error.orig).rstrip(".")
        return known(LedgerDown(f"The database does not answer: {words}."))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response | str, int]:
        name = (error.name or "error").lower().replace(" ", "_")
        return answer(name, error.description or "", error.code or 500)

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> tuple[Response | str, int]:
        log.error("%s %s", request.method, request.path, exc_info=error)
        return answer(HotdeskError.code, INTERNAL, 500)


def answer(code: str, message: str, status: int) -> tuple[Response | str, int]:
    """Return an error as JSON for a program, as a fragment for a person."""
    if for_program():
        return jsonify(error={"code": code, "message": message}), status
    return render_template("problem.html", code=code, message_=message), status


def for_program() -> bool:
    """Return whether the answer is JSON: under /api and /internal, and to whom is not let in."""
    return "identity" not in g or request.path.startswith(("/api/", "/internal/"))
