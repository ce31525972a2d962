"""What the caller hears for each outcome: Asterisk's core sounds, which every installed language has.

A test holds :data:`REFUSALS` to :func:`hotdesk_module.errors.all_codes`.
"""

from __future__ import annotations

# A second of silence: phones cut off what is played the moment they connect.
SETTLE = "silence/1"
ASK_EXTENSION = "agent-newlocation"  # Please enter a new extension, followed by pound.
ASK_PIN = "agent-pass"  # Please enter your password followed by the pound key.
GOODBYE = "vm-goodbye"

EXTENSION = "vm-extension"  # Extension.
AT = "digits/at"  # At.
HERE = "agent-loginok"  # Agent logged in.
NOWHERE = "agent-loggedoff"  # Agent logged off.
# Between two words that are spelled.
PAUSE = "silence/1"

# What begins like this is said digit by digit, or spelled; no sound's name has a blank.
DIGITS, LETTERS = "digits ", "letters "

# {phone} and {user} are said digit by digit.
OUTCOMES: dict[str, tuple[str, ...]] = {
    "logged_in": ("agent-loginok",),
    "already_here": ("agent-loginok",),
    "home": ("agent-loginok",),
    "logged_out": ("agent-loggedoff",),
}
# The code where somebody only asked.
TOLD = "told"

_INCORRECT = ("vm-incorrect",)  # Login incorrect.
_NOT_HERE = ("feature-not-avail-line",)  # That feature is not available on this line.
_LATER = ("sorry", "please-try-call-later")  # We're sorry. Please try your call again later.

REFUSALS: dict[str, tuple[str, ...]] = {
    # These four sound alike, so that nobody learns by listening which extensions there are.
    "wrong_pin": _INCORRECT,
    "unknown_user": _INCORRECT,
    "no_mailbox": _INCORRECT,
    "empty_pin": _INCORRECT,
    # That password does not meet the minimum requirements for this mailbox. Please try again. Goodbye.
    "weak_pin": ("vm-invalid-password", GOODBYE),
    "bad_extension": ("pbx-invalid",),  # That's not a valid extension. Please try again.
    "locked_out": ("confbridge-pin-bad",),  # You have entered too many invalid personal identification numbers.
    "no_input": (GOODBYE,),
    "hangup": (),
    "not_in_pool": _NOT_HERE,
    "unknown_phone": _NOT_HERE,
    "phone_disabled": _NOT_HERE,
    "code_not_here": _NOT_HERE,
    "occupied": ("vm-extension", "{phone}", "is-in-use"),
    "elsewhere": ("vm-extension", "{user}", "is-in-use"),
    "too_many_phones": ("vm-extension", "{user}", "is-in-use"),
    # Leaving a phone where nobody sits: it is as the caller wants it.
    "not_logged_in": ("agent-loggedoff",),
    "ledger_down": _LATER,
    "busy": _LATER,
    "asterisk_down": _LATER,
    "bad_config": _LATER,
    "internal_error": _LATER,
    # An administrator's errors; a caller cannot cause them.
    "unsafe_plan": _LATER,
    "bad_value": _LATER,
    "bad_pin": _LATER,
    "has_mailbox": _LATER,
    "phone_exists": _LATER,
    "changed": _LATER,
    "duplicate_mac": _LATER,
    "bad_import": _LATER,
    "no_webhook": _LATER,
    "webhook_failed": _LATER,
}
