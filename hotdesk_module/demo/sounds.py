"""What Asterisk's core sounds say, in words for the display of a phone.

The wording is our own: short enough to read while the prompt "plays".
"""

from __future__ import annotations

_EXTENSION = "Enter the extension, then press #."
_PIN = "Enter the PIN, then press #."

_TEXTS = {
    "agent-alreadyon": "Somebody is logged in there already.",
    "agent-incorrect": "That is not right.",
    "agent-loggedoff": "Logged out.",
    "agent-loginok": "Logged in.",
    "agent-newlocation": _EXTENSION,
    "agent-pass": _PIN,
    "agent-user": _EXTENSION,
    "an-error-has-occured": "Something went wrong.",
    "an-error-has-occurred": "Something went wrong.",
    "auth-incorrect": "That PIN is not right.",
    "at": "at",
    "auth-thankyou": "Thank you.",
    "beep": "(beep)",
    "conf-getpin": _PIN,
    "confbridge-pin-bad": "Too many wrong PINs.",
    "feature-not-avail-line": "This phone cannot do that.",
    "goodbye": "Goodbye.",
    "im-sorry": "I am sorry.",
    "invalid": "That is not valid.",
    "is-curntly-unavail": "is not available now.",
    "is-in-use": "is in use.",
    "pbx-invalid": "There is no such extension. Try again.",
    "please-try-again": "Try again.",
    "please-try-again-later": "Try again later.",
    "please-try-call-later": "Call again later.",
    "sorry": "Sorry.",
    "ss-noservice": "This number is not in service.",
    "thank-you": "Thank you.",
    "unavailable": "is not available.",
    "vm-extension": "Extension",
    "vm-goodbye": "Goodbye.",
    "vm-incorrect": "Login incorrect.",
    "vm-incorrect-mailbox": "Login incorrect.",
    "vm-invalid-password": "That PIN is too easily guessed. Change it.",
    "vm-isunavail": "is not available.",
    "vm-login": "Enter the mailbox, then press #.",
    "vm-msgsaved": "Your message has been saved.",
    "vm-nomore": "There are no more messages.",
    "vm-password": _PIN,
}


def words(name: str) -> str:
    """Return what a sound says; several may be joined by `&`. Unknown ones are read from their name."""
    return " ".join(_one(part) for part in name.split("&") if part)


def asks(name: str) -> str:
    """Return what a prompt asks for: "extension", "pin" (to be shown to nobody) or nothing."""
    text = words(name)
    if "Enter" not in text:
        return ""
    return "pin" if "PIN" in text else "extension"


def _one(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    if base in _TEXTS:
        return _TEXTS[base]
    if "silence" in name:
        return "…"
    return base.replace("-", " ").replace("_", " ").strip().capitalize() + "."
