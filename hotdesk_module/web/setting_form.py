"""The form of the settings: a field for each, made from the table of settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, StringField, ValidationError

from hotdesk_module.controls import Setting
from hotdesk_module.core import settings as settings_
from hotdesk_module.core.settings import NEW, SET, SPECS, Spec
from hotdesk_module.errors import BadValue
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.setting_words import GROUPS, WORDS, Choice, Words, said

# Hidden fields: the value that the form was filled with; and that a secret shall be taken away, for an empty field
# leaves it as it is.
SEEN, REMOVE = "was-", "remove-"


class Line(NamedTuple):
    """A setting as the page shows it.

    Attributes:
        value: what stands in the field, right or not; of a secret never what it is, see :func:`groups`.
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
    def chosen(self) -> list[str]:
        """Return what is chosen of several."""
        return self.value.split(",")

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
        _stored(spec, field.data or "")
    except BadValue:
        raise ValidationError(_wrong(spec)) from None


def _stored(spec: Spec, text: str) -> str:
    """Return what was written as it is stored; a secret that is left alone as it is shown.

    Raises:
        BadValue: it is not a value.
    """
    return text if spec.secret and text == SET else settings_.check(spec.name, text)


def _wrong(spec: Spec) -> str:
    """Return what to write instead."""
    if spec.several:
        return _("Choose at least one of these.")
    if spec.choices:
        return _("Choose one of these.")
    if spec.time:
        return _("Write a time such as 18:30, or nothing for never.")
    if spec.places:
        return _("Write locations with their times, such as Hall=18:30; Lobby=never, each of them once.")
    if spec.address:
        return _(
            "Write an address such as https://example.com/hook, without a user name, a password or a “#”, or nothing"
            " for none."
        )
    bounds = {"low": spec.low, "high": spec.high}
    if spec.secret:
        return _("Write %(low)s to %(high)s letters, digits and signs, without blanks and accents.") % bounds
    return _("Write a whole number from %(low)s to %(high)s.") % bounds


def _field(spec: Spec) -> Any:
    if spec.choices and not spec.several:
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
        fields = self.form._fields.items()
        typed = {name: _stored(settings_.spec(name), field.data or "") for name, field in fields}
        return {name: value for name, value in typed.items() if value != self.seen[name]}

    def has_changed(self, name: str) -> bool:
        """Return whether this administrator changed a setting, to something right or not."""
        return (self.form[name].data or "").strip() != self.seen[name]


def asked(sent: MultiDict[str, str], in_force: Mapping[str, str]) -> Asked:
    """Return what was sent; a field that is missing stays as it was."""
    seen = {name: sent.get(SEEN + name, value) for name, value in in_force.items()}
    return Asked(SettingsForm(data={name: _sent(settings_.spec(name), sent, seen[name]) for name in in_force}), seen)


def _sent(spec: Spec, sent: MultiDict[str, str], seen: str) -> str:
    if spec.several and spec.name in sent:
        return ",".join(filter(None, sent.getlist(spec.name)))
    if spec.secret and not sent.get(spec.name):
        return "" if REMOVE + spec.name in sent else seen
    return sent.get(spec.name, seen)


def groups(settings: Mapping[str, Setting], form: Form, meanwhile: Mapping[str, str]) -> list[tuple[str, list[Line]]]:
    """Return the settings as the page shows them, in its groups. A secret that was written and is not stored yet is
    shown as a new one: it has to be written again."""

    def line(name: str) -> Line:
        field, one = form[name], settings[name]
        errors = tuple(str(e) for e in field.errors)
        value = field.data or ""
        if one.spec.secret and value not in ("", SET):
            value = NEW
        return Line(one.spec, WORDS[name], one, value, errors, meanwhile.get(name, ""))

    return [(_(title), [line(name) for name in names]) for title, names in GROUPS]
