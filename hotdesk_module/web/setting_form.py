"""The form of the settings: a field for each, made from the table of settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wtforms import Form, RadioField, StringField, ValidationError

from hotdesk_module.controls import Setting
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.settings import SPECS, Spec
from hotdesk_module.errors import BadValue
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.setting_words import GROUPS, WORDS, Choice, Words, said

# A hidden field of each: the value that the form was filled with.
SEEN = "was-"


class Line(NamedTuple):
    """A setting as the page shows it.

    Attributes:
        value: what stands in the field, right or not.
        meanwhile: what somebody else did to it since the form was filled; empty: nothing.
    """

    spec: Spec
    words: Words
    setting: Setting
    value: str
    errors: tuple[str, ...]
    meanwhile: str

    @property
    def choices(self) -> list[tuple[str, Choice]]:
        """Return what can be chosen, in its order."""
        return [(value, self.words.choices[value]) for value in self.spec.choices]

    @property
    def usual(self) -> str:
        """Return the default as people say it."""
        return said(self.spec, self.spec.default)

    @property
    def saved(self) -> bool:
        """Return whether what stands in the field is what is in force."""
        return self.value == self.setting.value


def _check(form: Form, field: StringField | RadioField) -> None:
    spec = settings_.spec(field.name)
    try:
        settings_.check(field.name, field.data or "")
    except BadValue:
        if spec.choices:
            message = _("Choose one of these.")
        elif spec.time:
            message = _("Write a time such as 18:30, or nothing for never.")
        elif spec.places:
            message = _("Write locations with their times, such as Hall=18:30; Lobby=never, each of them once.")
        else:
            message = _("Write a whole number from %(low)s to %(high)s.") % {"low": spec.low, "high": spec.high}
        raise ValidationError(message) from None


def _field(spec: Spec) -> Any:
    if spec.choices:
        return RadioField(choices=[(c, c) for c in spec.choices], validators=[_check], validate_choice=False)
    return StringField(validators=[_check])


SettingsForm: type[Form] = type("SettingsForm", (Form,), {spec.name: _field(spec) for spec in SPECS})


class Asked(NamedTuple):
    """What an administrator sent.

    Attributes:
        form: what stands in the fields.
        seen: what stood there when the form was filled.
    """

    form: Form
    seen: dict[str, str]

    @property
    def changes(self) -> dict[str, str]:
        """Return the settings that this administrator changed, as they are stored; the form must be right."""
        typed = {name: settings_.check(name, field.data or "") for name, field in self.form._fields.items()}
        return {name: value for name, value in typed.items() if value != self.seen[name]}

    def has_changed(self, name: str) -> bool:
        """Return whether this administrator changed a setting, to something right or not."""
        return (self.form[name].data or "").strip() != self.seen[name]


def asked(sent: Mapping[str, str], in_force: Mapping[str, str]) -> Asked:
    """Return what was sent; a field that is missing stays as it was."""
    seen = {name: sent.get(SEEN + name, value) for name, value in in_force.items()}
    return Asked(SettingsForm(data={name: sent.get(name, seen[name]) for name in in_force}), seen)


def groups(settings: Mapping[str, Setting], form: Form, meanwhile: Mapping[str, str]) -> list[tuple[str, list[Line]]]:
    """Return the settings as the page shows them, in its groups."""

    def line(name: str) -> Line:
        field, one = form[name], settings[name]
        errors = tuple(str(e) for e in field.errors)
        return Line(one.spec, WORDS[name], one, field.data or "", errors, meanwhile.get(name, ""))

    return [(_(title), [line(name) for name in names]) for title, names in GROUPS]
