"""Forms; a field's rules are those of the pool."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import BooleanField, Form, PasswordField, StringField, ValidationError

from hotdesk_module.core import pool
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import BadValue
from hotdesk_module.web.language import N_
from hotdesk_module.web.language import gettext as _


def _as_in_the_pool(form: Form, field: StringField) -> None:
    try:
        pool.check(field.name, field.data or "")
    except BadValue as error:
        # The message begins with the field's name, which stands beside it here.
        raise ValidationError(error.message.removeprefix(f"{field.name}: ")) from error


class PhoneForm(Form):
    """The fields of a phone that an administrator sets."""

    label = StringField(
        N_("Label"), [_as_in_the_pool], description=N_("What people call it. Empty: FreePBX's description.")
    )
    location = StringField(N_("Location"), [_as_in_the_pool], description=N_("Where it stands."))
    mac = StringField(
        N_("MAC address"), [_as_in_the_pool], description=N_("As on the phone's label, in any usual form.")
    )
    login_code = StringField(
        N_("Own login code"),
        [_as_in_the_pool],
        description=N_("Besides the general one, e.g. *55. Needs Apply Config."),
    )
    logout_code = StringField(N_("Own logout code"), [_as_in_the_pool], description=N_("Likewise for logging out."))
    idle_hours = StringField(
        N_("Log out after"),
        [_as_in_the_pool],
        description=N_("Whole hours without a call; 0 is never. Empty: as the setting."),
    )
    daily_at = StringField(
        N_("Log out daily at"),
        [_as_in_the_pool],
        description=N_("A time such as 18:30, or never. Empty: as the setting."),
    )
    enabled = BooleanField(N_("People may log in here"))

    def fields(self) -> dict[str, str]:
        """Return the fields as the pool takes them."""
        data: Mapping[str, object] = self.data
        return {k: ("yes" if v else "no") if isinstance(v, bool) else str(v or "") for k, v in data.items()}


def shown(phone: Phone) -> dict[str, object]:
    """Return a phone as the form shows it."""
    return {**pool.as_fields(phone), "enabled": phone.enabled}


class PinForm(Form):
    """A hot desk PIN, twice; what it may be :mod:`hotdesk_module.core.pins` says."""

    pin = PasswordField()
    pin_again = PasswordField()

    def validate_pin_again(self, field: PasswordField) -> None:
        """Refuse two PINs."""
        if field.data != self.pin.data:
            raise ValidationError(_("These are two different PINs."))
