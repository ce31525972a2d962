"""The two ends of a mailbox: leaving a message, and *97."""

from __future__ import annotations

from hotdesk_module.demo.channel import Channel
from hotdesk_module.demo.voicemail import Mailbox, Voicemail

_ATTEMPTS = 3


def leave(channel: Channel, voicemail: Voicemail, box: Mailbox, seconds: float) -> None:
    """Greet the caller and record; hanging up after the tone keeps the message, hanging up before it does not."""
    channel.say(f"{box.name} is not available. Leave a message after the tone.", "#")
    channel.play("beep")
    if channel.hungup:
        return
    channel.show("Recording. Speak, then hang up or press #.")
    channel.wait_digit(seconds)
    voicemail.leave(box, channel.caller)
    if not channel.hungup:
        channel.play("vm-msgsaved&vm-goodbye")


def listen(channel: Channel, voicemail: Voicemail, number: str | None, skip_pin: bool) -> None:
    """Let the caller hear a mailbox, after its PIN unless FreePBX's rules skip it."""
    box = voicemail.box(number) if number else None
    if box is None:
        channel.say("This phone has no mailbox.")
        return
    if not skip_pin and not _authenticated(channel, box):
        channel.play("vm-goodbye")
        return
    count = len(box.new)
    channel.say(f"Mailbox of {box.name}: {count or 'no'} new message{'' if count == 1 else 's'}.", "#")
    while box.new and not channel.hungup:
        message = box.new[0]
        channel.say(f"From {message.caller.name or 'unknown'}, {message.caller.number}.", "#")
        channel.say("(the message)", "#")
        if not channel.hungup:
            voicemail.hear(box)
    channel.play("vm-nomore&vm-goodbye")


def _authenticated(channel: Channel, box: Mailbox) -> bool:
    prompt = "vm-password"
    for _ in range(_ATTEMPTS):
        if channel.read(prompt, 20, 8.0, 4.0).text == box.pin:
            return True
        if channel.hungup:
            return False
        prompt = "vm-incorrect&vm-password"
    return False
