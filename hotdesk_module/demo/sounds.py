"""What Asterisk's core sounds say, in words for the display of a phone.

The wording is our own: short enough to read while the prompt "plays".
"""

from __future__ import annotations

_TEXTS = {
    "agent-alreadyon": "Somebody is already logged in. Enter another extension, then press pound.",
    "agent-incorrect": "That is not right. Enter your extension, then press pound.",
    "agent-loggedoff": "You are logged out.",
    "agent-loginok": "You are logged in.",
    "agent-newlocation": "Enter the new number, then press pound.",
    "agent-pass": "Enter your PIN, then press pound.",
    "agent-user": "Enter your extension, then press pound.",
    "an-error-has-occurred": "Something went wrong.",
    "an-error-has-occured": "Something went wrong.",
    "auth-incorrect": "That PIN is not right. Try again.",
    "auth-thankyou": "Thank you.",
    "beep": "(beep)",
    "cancelled": "Cancelled.",
    "goodbye": "Goodbye.",
    "im-sorry": "I am sorry.",
    "invalid": "That is not valid.",
    "is-curntly-unavail": "is not available now.",
    "pbx-invalid": "That extension is not valid. Please try again.",
    "please-try-again": "Please try again.",
    "please-try-again-later": "Please try again later.",
    "sorry": "Sorry.",
    "ss-noservice": "This number is not in service.",
    "thank-you": "Thank you.",
    "tt-weasels": "Weasels have eaten our phone system.",
    "unavailable": "is not available.",
    "vm-advopts": "For more options, press 3.",
    "vm-goodbye": "Goodbye.",
    "vm-incorrect": "That PIN is not right. Enter your PIN, then press pound.",
    "vm-incorrect-mailbox": "That is not right. Enter your extension, then press pound.",
    "vm-intro": "Please leave your message after the tone, then hang up or press pound.",
    "vm-isunavail": "is not available.",
    "vm-login": "Enter your mailbox, then press pound.",
    "vm-msgsaved": "Your message has been saved.",
    "vm-nomore": "There are no more messages.",
    "vm-password": "Enter your PIN, then press pound.",
    "vm-tempgreetactive": "A temporary greeting is active.",
}


def words(name: str) -> str:
    """Return what a sound says; several may be joined by `&`. Unknown ones are read from their name."""
    return " ".join(_one(part) for part in name.split("&") if part)


def asks_for_secret(name: str) -> bool:
    """Say whether the digits that follow this prompt belong to nobody else's eyes."""
    return "PIN" in words(name) or "pass" in name


def _one(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    if base in _TEXTS:
        return _TEXTS[base]
    if "silence" in name:
        return "…"
    return base.replace("-", " ").replace("_", " ").strip().capitalize() + "."
