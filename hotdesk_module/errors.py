"""Every way a request can fail, under one stable name each.

The codes are public: they stand in the history, in the channel variable ``HDSK_STATUS``, in JSON answers and in
``docs/errors.md``. A code never changes its meaning; prompts, exit codes and HTTP statuses are tables elsewhere.
"""

from __future__ import annotations


class HotdeskError(Exception):
    """A refusal or a failure: what is wrong and, where we know it, what to do.

    Attributes:
        code: stable name of the error, e.g. ``wrong_pin``.
        message: one sentence for a person, naming the thing that is wrong.
    """

    code = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


# Refusals: the request was understood and the answer is no.


class WrongPin(HotdeskError):
    """The PIN is not the mailbox's, nor the user's hot desk PIN."""

    code = "wrong_pin"


class UnknownUser(HotdeskError):
    """No such extension. A caller hears the same as for a wrong PIN."""

    code = "unknown_user"


class NoMailbox(HotdeskError):
    """The user has neither a mailbox nor a hot desk PIN to log in with. A caller hears the same as for a wrong PIN."""

    code = "no_mailbox"


class EmptyPin(HotdeskError):
    """The mailbox has no PIN (empty, or ``-``, F§4). A caller hears the same as for a wrong PIN."""

    code = "empty_pin"


class WeakPin(HotdeskError):
    """The PIN is right but easily guessed, and the setting ``weak_pins`` refuses such PINs."""

    code = "weak_pin"


class LockedOut(HotdeskError):
    """Too many wrong PINs for this user or from this phone."""

    code = "locked_out"


class BadExtension(HotdeskError):
    """What was given as an extension cannot be one."""

    code = "bad_extension"


class NoInput(HotdeskError):
    """The caller entered nothing, as often as we ask."""

    code = "no_input"


class NotInPool(HotdeskError):
    """The phone is not a hot desk phone."""

    code = "not_in_pool"


class UnknownPhone(HotdeskError):
    """The channel names no phone, or FreePBX has no such device."""

    code = "unknown_phone"


class PhoneDisabled(HotdeskError):
    """The phone is in the pool but switched off for logins."""

    code = "phone_disabled"


class Occupied(HotdeskError):
    """Somebody else sits at the phone and may not be replaced."""

    code = "occupied"


class Elsewhere(HotdeskError):
    """The user sits at another phone and may not move."""

    code = "elsewhere"


class TooManyPhones(HotdeskError):
    """The user already sits at as many phones as the setting allows."""

    code = "too_many_phones"


class NotLoggedIn(HotdeskError):
    """Nobody sits at the phone, or the user sits nowhere."""

    code = "not_logged_in"


class CodeNotHere(HotdeskError):
    """The code belongs to another phone."""

    code = "code_not_here"


class UnsafePlan(HotdeskError):
    """A repair would log out many people for no recorded reason."""

    code = "unsafe_plan"


# Bad input from an administrator.


class BadValue(HotdeskError):
    """A value that its field cannot hold."""

    code = "bad_value"


class BadPin(HotdeskError):
    """What cannot be a hot desk PIN, or is easily guessed. The message never repeats it."""

    code = "bad_pin"


class HasMailbox(HotdeskError):
    """The user has a mailbox and logs in with its PIN; a hot desk PIN is for those who have none."""

    code = "has_mailbox"


class PhoneExists(HotdeskError):
    """The phone is in the pool already."""

    code = "phone_exists"


class Changed(HotdeskError):
    """Somebody else was faster: what was looked at is not as it was."""

    code = "changed"


class DuplicateMac(HotdeskError):
    """Two phones cannot have one MAC address."""

    code = "duplicate_mac"


class BadImport(HotdeskError):
    """A CSV file that cannot be imported; the message names each line."""

    code = "bad_import"


class NoWebhook(HotdeskError):
    """There is no webhook: its address or its key is not set."""

    code = "no_webhook"


# Something around us does not work.


class WebhookFailed(HotdeskError):
    """The receiver of the webhook does not answer, or not with a status of success."""

    code = "webhook_failed"


class BadConfig(HotdeskError):
    """The configuration that tells us where the database or Asterisk is cannot be used."""

    code = "bad_config"


class LedgerDown(HotdeskError):
    """The database does not answer."""

    code = "ledger_down"


class Busy(HotdeskError):
    """Another login or logout held the lock for too long."""

    code = "busy"


class AsteriskDown(HotdeskError):
    """Asterisk's manager interface does not answer or refuses us."""

    code = "asterisk_down"


class Hangup(HotdeskError):
    """The caller hung up before the request was complete."""

    code = "hangup"


def all_codes() -> tuple[str, ...]:
    """Return every error code, sorted; tests hold the documents and the tables to it."""
    return tuple(sorted({HotdeskError.code, *(cls.code for cls in HotdeskError.__subclasses__())}))
