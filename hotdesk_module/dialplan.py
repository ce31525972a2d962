"""The dialplan the module adds to FreePBX's: data first, text second.

The bridge adds the data verbatim (design §7); ``extensions.conf`` text is for reading and for an Asterisk without
FreePBX. Gosub only: Macro is gone from Asterisk 21 (F§13). The script is called by its absolute path with a plain
``AGI()``, because FreePBX's FastAGI server logs every line it passes on, PINs included (F§9).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core.codes import Codes
from hotdesk_module.core.keys import LAMPS, phone_lamp, user_lamp
from hotdesk_module.core.model import Phone

CODES = "app-hotdesk"
END = "app-hotdesk-end"
TARGET = "app-hotdesk-target"
SHOWN = "app-hotdesk-shown"

# Core's own: runs on each channel that core dials, before it is called; generated since FreePBX 13, at 480 (F§3). What
# is added to it before stands in front of core's steps, so it must not return.
DIALLED = "func-apply-sipheaders"

# Goes along with a name and number that are a user's already; nobody else sees it.
_TAG = "HDSK"
_IDENTITY = (("name", "${DB(AMPUSER/${user}/cidname)}"), ("num", "${user}"), ("tag", _TAG))

# The global variable by which Asterisk finds a subroutine to run before it tells a channel who is at the other end, 16
# to 22 alike (``ast_channel_connected_line_sub`` in main/channel.c), and what it says. A channel's own variable of that
# name goes before. A reload that brings it no more leaves it in force; Asterisk then complains of each such change, and
# tells what it would tell without it.
INTERCEPTION = ("CONNECTED_LINE_SEND_SUB", f"{SHOWN},s,1")


class Step(NamedTuple):
    """One priority: ``label`` may be empty, ``app`` is the application with its arguments."""

    context: str
    extension: str
    label: str
    app: str


class Watched(NamedTuple):
    """A hint: who watches ``extension`` is shown ``device``, e.g. ``Custom:HDSK200``."""

    context: str
    extension: str
    device: str


class Dialplan(NamedTuple):
    """All that is added.

    Attributes:
        includes: (context, included context), to stand before core's own includes (F§3, V).
        steps: in order; the first of an extension is its priority 1.
        globals: (name, value) of global variables. Asterisk keeps them when a reload brings them no more.
        hints: of extensions that have steps.
    """

    includes: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    globals: tuple[tuple[str, str], ...] = ()
    hints: tuple[Watched, ...] = ()


def build(script: str, codes: Codes, phones: Iterable[Phone]) -> Dialplan:
    """Return the dialplan.

    Args:
        script: what AGI() starts: the interpreter, its options and ``agi-bin/hotdesk.py``, with absolute paths and
            commas between them, or the script alone.
        codes: the general ones; of two that are the same the first counts.
        phones: the pool; their own codes get extensions of their own.
    """
    steps, hints = [], []
    general: set[str] = {""}
    for verb, code in codes._asdict().items():
        if code in general:
            continue
        general.add(code)
        steps += _code(code, f"{script},{verb}")
        if verb != "logout":
            steps += _extended(code, f"{script},{verb}")
        if verb in _LAMPS:
            hints.append(_lamp(code, _LAMPS[verb]))
    phones = tuple(phones)
    for code in sorted({p.login_code for p in phones} - general):
        steps += [*_code(code, f"{script},own-login,{code}"), *_extended(code, f"{script},own-login,{code}")]
    for code in sorted({p.logout_code for p in phones} - general - {p.login_code for p in phones}):
        steps += _code(code, f"{script},own-logout,{code}")
    return Dialplan(
        (("from-internal-additional", CODES), ("from-internal-additional", TARGET)),
        (*steps, *_end(), *_target(), *_shown()),
        (INTERCEPTION,),
        tuple(hints),
    )


def _code(code: str, script: str) -> list[Step]:
    return [Step(CODES, code, "", f"AGI({script})"), Step(CODES, code, "", f"Goto({END},s,1)")]


def _extended(code: str, script: str) -> list[Step]:
    pattern = f"_{code}X."
    return [
        Step(CODES, pattern, "", f"AGI({script},${{EXTEN:{len(code)}}})"),
        Step(CODES, pattern, "", f"Goto({END},s,1)"),
    ]


# The lamps that a code shows with a number behind it, each in its family of device states.
_LAMPS = {"key": phone_lamp(""), "where": user_lamp("")}


def _lamp(code: str, lamp: str) -> Watched:
    """One hint for all numbers, as core has for its own codes; Asterisk makes each one's when somebody watches it."""
    return Watched(CODES, f"_{code}X.", f"Custom:{lamp[len(LAMPS) :]}${{EXTEN:{len(code)}}}")


def _end() -> list[Step]:
    """After the script: it has spoken and set HDSK_STATUS, unless it could not run at all."""
    return _steps(
        END,
        "s",
        ("", 'GotoIf($["${AGISTATUS}" = "SUCCESS" & "${HDSK_STATUS}" != ""]?done)'),
        ("", "Set(HDSK_STATUS=internal_error)"),
        ("", "Answer()"),
        ("", "Wait(1)"),
        ("", "Playback(sorry&please-try-call-later)"),
        ("done", "Hangup()"),
    )


def _target() -> list[Step]:
    """Ring the phones of whoever sits at phone ``EXTEN:2``; where Call Forward leads with that routing method.

    FreePBX 17 comes here by Goto, out of its own subroutine: Return takes the call back to it, which then goes on to
    the user's mailbox or destinations as after any attempt (F§2). FreePBX 16, ring groups and queues come by a Local
    channel: its hangup cause tells them. What is left is a Goto out of a macro of FreePBX 16: the mailbox is ours to
    reach then.
    """
    nobody = " | ".join(
        f'"${{HDSK_USER}}" = "{rest}"' for rest in ("", "${HDSK_PHONE}", "${DB(DEVICE/${HDSK_PHONE}/default_user)}")
    )
    itself = '"${CALLERID(num)}" = "${HDSK_USER}" | "${REALCALLERIDNUM}" = "${HDSK_PHONE}"'
    in_use = " & ".join(f'"${{HDSK_STATE}}" != "{idle}"' for idle in ("NOT_INUSE", "UNAVAILABLE", "UNKNOWN"))
    in_call = f'"${{CWIGNORE}}${{DB(CW/${{HDSK_USER}})}}" = "" & {in_use}'
    busy = f'{itself} | "${{DB(DND/${{HDSK_USER}})}}" != "" | ({in_call})'
    return _steps(
        TARGET,
        "_HD.",
        ("", "Set(HDSK_PHONE=${EXTEN:2})"),
        ("", "Set(HDSK_USER=${DB(DEVICE/${HDSK_PHONE}/user)})"),
        ("", "Set(HDSK_DIAL=)"),
        ("", "Set(DIALSTATUS=CHANUNAVAIL)"),
        # A forward that was left over must not ring a phone at which its user does not sit.
        ("", f"GotoIf($[{nobody}]?over)"),
        # Core looks at Call Forward before Do Not Disturb, which somebody may have set at this very desk, and before
        # call waiting, without which whoever is in a call is busy.
        ("", "Set(HDSK_STATE=${EXTENSION_STATE(${HDSK_USER}@ext-local)})"),
        ("", f"ExecIf($[{busy}]?Set(DIALSTATUS=BUSY))"),
        ("", f"GotoIf($[{busy}]?over)"),
        ("", "Set(HDSK_DEVICES=${DB(HDSK/${HDSK_USER}/device)})"),
        ("", 'ExecIf($["${HDSK_DEVICES}" = ""]?Set(HDSK_DEVICES=${HDSK_PHONE}))'),
        ("next", "Set(HDSK_ONE=${SHIFT(HDSK_DEVICES,&)})"),
        ("", 'GotoIf($["${HDSK_ONE}" = ""]?ring)'),
        ("", "Set(HDSK_ONE=${DB(DEVICE/${HDSK_ONE}/dial)})"),
        ("", 'ExecIf($["${HDSK_ONE:0:6}" = "PJSIP/"]?Set(HDSK_ONE=${PJSIP_DIAL_CONTACTS(${HDSK_ONE:6})}))'),
        ("", 'ExecIf($["${HDSK_ONE}" != ""]?Set(HDSK_DIAL=${HDSK_DIAL}&${HDSK_ONE}))'),
        ("", "Goto(next)"),
        ("ring", 'GotoIf($["${HDSK_DIAL}" = ""]?over)'),
        # A caller from outside must not transfer by keys, or he calls out at our cost; core takes the T away as well.
        ("", "Set(HDSK_OPTIONS=${DIAL_OPTIONS})"),
        ("", 'ExecIf($["${DIRECTION}" = "INBOUND"]?Set(HDSK_OPTIONS=${STRREPLACE(HDSK_OPTIONS,T)}))'),
        # In a Local channel RT is empty and whoever dialled it keeps the time.
        ("", f"Dial(${{HDSK_DIAL:1}},${{RT}},${{HDSK_OPTIONS}}b({DIALLED}^s^1))"),
        ("over", 'GotoIf($["${STACK_PEEK(1,c,1)}" != ""]?back)'),
        ("", 'GotoIf($["${CHANNEL:0:6}" = "Local/"]?local)'),
        ("", "Set(HDSK_BOX=${DB(AMPUSER/${HDSK_USER}/voicemail)})"),
        ("", 'GotoIf($["${HDSK_BOX}" = "" | "${HDSK_BOX}" = "novm"]?none)'),
        ("", 'VoiceMail(${HDSK_USER}@${HDSK_BOX},${IF($["${DIALSTATUS}" = "BUSY"]?b:u)})'),
        ("", "Hangup()"),
        ("none", "Congestion(10)"),
        # 17 busy, 19 no answer, 20 absent (Q.850).
        ("local", 'ExecIf($["${DIALSTATUS}" = "BUSY"]?Hangup(17))'),
        ("", 'ExecIf($["${DIALSTATUS}" = "NOANSWER"]?Hangup(19))'),
        ("", "Hangup(20)"),
        ("back", "Return()"),
    ) + _steps(TARGET, "h", ("", "GosubIf($[${DIALPLAN_EXISTS(macro-hangupcall,s,1)}]?macro-hangupcall,s,1())"))


def _shown() -> list[Step]:
    """Let whoever is connected with a phone at which somebody sits be shown that user.

    Asterisk shows the caller ID of the phone's own channel, which is that of its endpoint. Two places change that:

    - Before a phone is dialled, and before it is told with whom it talks, its channel becomes what core's user-callerid
      makes of it when the phone calls: name and number are the user's, REALCALLERIDNUM is the phone's. That one is
      handed on to a transfer, by one underscore: it is this phone's call, with its Emergency CID, whichever side began.
      Core runs a context of its own on each channel that it dials; what is added first stands first. A group pick-up
      has only the second place.
    - Before any channel is told with whom it talks, Asterisk comes here on that channel. A phone that tells a name of
      its own when it answers or holds comes with the phone's number, and without the tag that goes where ours goes.
      What is set here is what goes out, ``i`` or not.

    Without the tag the number of a lent desk may also mean its owner, who sits elsewhere and is called by it. Then it
    is the desk only to who asked for the one who sits there.
    """
    told = "${CONNECTEDLINE(num)}"
    elsewhere = f'"${{DB(AMPUSER/{told}/device)}}${{DB(HDSK/{told}/device)}}" != ""'
    own = _steps(
        SHOWN,
        "own",
        # Such as PJSIP/200-0000001a.
        ("", "Set(LOCAL(dial)=${CHANNEL:0:-9})"),
        ("", "Set(LOCAL(phone)=${CUT(dial,/,2)})"),
        *_sitting("${phone}"),
        ("", 'GotoIf($["${DB(DEVICE/${phone}/dial)}" != "${dial}"]?done)'),
        ("", "Set(_REALCALLERIDNUM=${phone})"),
        # Not what is the user's already, nor the number with which the phone calls outside.
        ("", 'GotoIf($["${CALLERID(num)}" != "${phone}"]?done)'),
        *(("", f"Set(CALLERID({part})={value})") for part, value in _IDENTITY),
        ("done", "Return()"),
    )
    other = _steps(
        SHOWN,
        "s",
        ("", f"Gosub({SHOWN},own,1())"),
        ("", f'GotoIf($["${{CONNECTEDLINE(tag)}}" = "{_TAG}"]?done)'),
        *_sitting(told),
        ("", f'GotoIf($[{elsewhere} & "${{EXTTOCALL}}" != "${{user}}"]?done)'),
        *(("", f"Set(CONNECTEDLINE({part},i)={value})") for part, value in _IDENTITY),
        ("done", "Return()"),
    )
    # What a channel inherits of the one that dials it is not its own.
    dialled = _steps(DIALLED, "s", ("", "Set(REALCALLERIDNUM=)"), ("", f"Gosub({SHOWN},own,1())"))
    return [*dialled, *own, *other]


def _sitting(phone: str) -> list[tuple[str, str]]:
    """Set ``user`` to who sits at a device, or go on at the label ``done``.

    The first look stands alone: a number may be whatever a stranger says, and is in no expression before it is known to
    be a device.
    """
    at_rest = " | ".join(f'"${{user}}" = "{rest}"' for rest in (phone, f"${{DB(DEVICE/{phone}/default_user)}}"))
    return [
        ("", f"Set(LOCAL(user)=${{DB(DEVICE/{phone}/user)}})"),
        ("", 'GotoIf($["${user}" = ""]?done)'),
        ("", f"GotoIf($[{at_rest}]?done)"),
    ]


def _steps(context: str, extension: str, *steps: tuple[str, str]) -> list[Step]:
    return [Step(context, extension, label, app) for label, app in steps]


def as_data(dialplan: Dialplan) -> dict[str, list[list[str]]]:
    """Return what the bridge adds: ``includes`` as [context, included], ``extensions`` as [context, extension, label,
    application], ``globals`` as [name, value], ``hints`` as [context, extension, device]."""
    return {
        "includes": [list(i) for i in dialplan.includes],
        "extensions": [list(s) for s in dialplan.steps],
        "globals": [list(g) for g in dialplan.globals],
        "hints": [list(h) for h in dialplan.hints],
    }


def as_text(dialplan: Dialplan) -> str:
    """Return ``extensions.conf`` text of the same dialplan."""
    lines = []
    if dialplan.globals:
        lines += ["", "[globals]", *(f"{name} = {value}" for name, value in dialplan.globals)]
    for context in dict.fromkeys(context for context, _ in dialplan.includes):
        lines += ["", f"[{context}]", *(f"include => {name}" for where, name in dialplan.includes if where == context)]
    context, extension = "", ""
    for step in dialplan.steps:
        if step.context != context:
            lines += ["", f"[{step.context}]"]
        priority = "n" if (step.context, step.extension) == (context, extension) else "1"
        context, extension = step.context, step.extension
        lines.append(f"exten => {extension},{priority}{f'({step.label})' if step.label else ''},{step.app}")
    for context in dict.fromkeys(hint.context for hint in dialplan.hints):
        lines += ["", f"[{context}]"]
        lines += [f"exten => {h.extension},hint,{h.device}" for h in dialplan.hints if h.context == context]
    return "\n".join(lines[1:]) + "\n"
