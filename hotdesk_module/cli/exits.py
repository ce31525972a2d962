"""Which exit status an error has; scripts may rely on it (``docs/errors.md``)."""

from __future__ import annotations

OK = 0
INTERNAL = 1
USAGE = 2
REFUSED = 3
BAD_INPUT = 4
UNAVAILABLE = 5
UNSAFE = 6
# No error: what doctor ends with where it found one.
UNHEALTHY = 7

# Every code of errors.all_codes(), those included that only a caller at a phone can cause.
EXITS: dict[str, int] = {
    "internal_error": INTERNAL,
    "wrong_pin": REFUSED,
    "unknown_user": REFUSED,
    "no_mailbox": REFUSED,
    "empty_pin": REFUSED,
    "weak_pin": REFUSED,
    "locked_out": REFUSED,
    "no_input": REFUSED,
    "not_in_pool": REFUSED,
    "unknown_phone": REFUSED,
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
    "phone_exists": BAD_INPUT,
    "changed": REFUSED,
    "duplicate_mac": BAD_INPUT,
    "bad_import": BAD_INPUT,
    "no_webhook": REFUSED,
    "bad_config": UNAVAILABLE,
    "ledger_down": UNAVAILABLE,
    "busy": UNAVAILABLE,
    "asterisk_down": UNAVAILABLE,
    "webhook_failed": UNAVAILABLE,
    "unsafe_plan": UNSAFE,
}
