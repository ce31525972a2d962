"""The dialplan the module adds to FreePBX's: data first, text second.

The bridge adds the data verbatim (design §7); ``extensions.conf`` text is for reading and for an Asterisk without
FreePBX. Gosub only: Macro is gone from Asterisk 21 (F§13). The script is called by its absolute path with a plain
``AGI()``, because FreePBX's FastAGI server logs every line it passes on, PINs included (F§9).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core import codes
from hotdesk_module.core.model import Phone

CODES = "app-hotdesk"
END = "app-hotdesk-end"
TARGET = "app-hotdesk-target"

LOGIN = codes.LOGIN
LOGOUT = codes.LOGOUT


class Step(NamedTuple):
    """One priority: ``label`` may be empty, ``app`` is the application with its arguments."""

    context: str
    extension: str
    label: str
    app: str


class Dialplan(NamedTuple):
    """All that is added.

    Attributes:
        includes: (context, included context), to stand before core's own includes (F§3, V).
        steps: in order; the first of an extension is its priority 1.
    """

    includes: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


def build(script: str, login: str, logout: str, phones: Iterable[Phone]) -> Dialplan:
    """Return the dialplan.

    Args:
        script: what AGI() starts: the interpreter, its options and ``agi-bin/hotdesk.py``, with absolute paths and
            commas between them, or the script alone.
        login, logout: the general codes; empty where an administrator disabled one.
        phones: the pool; their own codes get extensions of their own.
    """
    steps = []
    if login:
        steps += [*_code(login, f"{script},login"), *_extended(login, f"{script},login")]
    if logout:
        steps += _code(logout, f"{script},logout")
    phones = tuple(phones)
    general = {login, logout}
    for code in sorted({p.login_code for p in phones} - {""} - general):
        steps += [*_code(code, f"{script},own-login,{code}"), *_extended(code, f"{script},own-login,{code}")]
    for code in sorted({p.logout_code for p in phones} - {""} - general - {p.login_code for p in phones}):
        steps += _code(code, f"{script},own-logout,{code}")
    return Dialplan(
        (("from-internal-additional", CODES), ("from-internal-additional", TARGET)), (*steps, *_end(), *_target())
    )


def _code(code: str, script: str) -> list[Step]:
    return [Step(CODES, code, "", f"AGI({script})"), Step(CODES, code, "", f"Goto({END},s,1)")]


def _extended(code: str, script: str) -> list[Step]:
    pattern = f"_{code}X."
    return [
        Step(CODES, pattern, "", f"AGI({script},${{EXTEN:{len(code)}}})"),
        Step(CODES, pattern, "", f"Goto({END},s,1)"),
    ]


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
        ("", "Dial(${HDSK_DIAL:1},${RT},${HDSK_OPTIONS})"),
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


def _steps(context: str, extension: str, *steps: tuple[str, str]) -> list[Step]:
    return [Step(context, extension, label, app) for label, app in steps]


def as_data(dialplan: Dialplan) -> dict[str, list[list[str]]]:
    """Return what the bridge adds: ``includes`` as [context, included], ``extensions`` as [context, extension, label,
    application]."""
    return {"includes": [list(i) for i in dialplan.includes], "extensions": [list(s) for s in dialplan.steps]}


def as_text(dialplan: Dialplan) -> str:
    """Return ``extensions.conf`` text of the same dialplan."""
    lines = []
    for context in dict.fromkeys(context for context, _ in dialplan.includes):
        lines += ["", f"[{context}]", *(f"include => {name}" for where, name in dialplan.includes if where == context)]
    context, extension = "", ""
    for step in dialplan.steps:
        if step.context != context:
            lines += ["", f"[{step.context}]"]
        priority = "n" if (step.context, step.extension) == (context, extension) else "1"
        context, extension = step.context, step.extension
        lines.append(f"exten => {extension},{priority}{f'({step.label})' if step.label else ''},{step.app}")
    return "\n".join(lines[1:]) + "\n"
