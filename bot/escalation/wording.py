"""★ The words of alerts and notices, and of blether's own answers: all of them in this place.

Plain English, honest before kind, GSM-7 letters (names are kept as they are). An alert holds initials, the reason that
the flow gives and what was agreed to be shared, never more; in a crisis of the wellness line initials and "needs a
person now" and nothing else. The code of an alert is given when it is saved, for each phone, so an alert's text holds
`CODE` in its place. Every other text is handed the reader's own code, "" if they have none.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from storage.records import Choice, Reason, Value

CODE: Final = "{code}"
AGAIN: Final = "(again)"

ALERT_OPTIONS: Final = (Choice("1", "I'll take it"), Choice("2", "I can't"), Choice("3", "Tell me more"))

# An alert shows so much of a shared answer; "more" shows the rest.
_SHOWN_AT_MOST = 40

_NEEDS = {
    "info": "for when you have time",
    "concern": "needs a person",
    "urgent": "URGENT, needs a person soon",
    "crisis": "CRISIS, needs a person now",
}


# To responders: the alert itself.


def alert(*, line: str, severity: str, policy: str, initials: str, reason: str, shared: Mapping[str, Value]) -> str:
    """An alert, `CODE` in the place of its code; the three options stand under it.

    Example: "{code}: I.E. needs a person. Asked for contact after a hard night. sleep 2. Text 1 {code}, or choose:"
    """
    if _nothing_else(line, severity, policy):
        return f"{CODE}: {initials} needs a person now. Text 1 {CODE}, or choose:"
    said = " ".join(part for part in (_sentence(reason), _shared(shared, _SHOWN_AT_MOST)) if part)
    return f"{CODE}: {initials} {_NEEDS[severity]}. {said} Text 1 {CODE}, or choose:"


def more(
    code: str, *, line: str, severity: str, policy: str, initials: str, reasons: Sequence[Reason], zone: ZoneInfo
) -> str:
    """The answer to "more": every reason with its time on the responder's clock, and what was agreed to be shared."""
    if _nothing_else(line, severity, policy):
        return f"{code}: {initials} needs a person now. That is all I may say here. Text 1 {code} to take it."
    told = " ".join(
        f"{reason.at.astimezone(zone):%a %H:%M}: {_sentence(reason.reason)} {_shared(reason.shared)}".rstrip()
        for reason in reasons
    )
    return f"{code}: {initials}. {told} Text 1 {code} to take it, 2 {code} if you can't."


def _nothing_else(line: str, severity: str, policy: str) -> bool:
    return line == "wellness" and (severity == "crisis" or policy == "wellness-crisis")


def _sentence(words: str) -> str:
    """An author's reason as a sentence: "asked for contact" → "Asked for contact."."""
    words = " ".join(words.split())
    return f"{words[:1].upper()}{words[1:].rstrip('.')}." if words else ""


def _shared(shared: Mapping[str, Value], at_most: int | None = None) -> str:
    said = ", ".join(f"{name.replace('_', ' ')} {_value(value, at_most)}" for name, value in shared.items())
    return f"{said}." if said else ""


def _value(value: Value, at_most: int | None) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            said = ", ".join(value)
        case _:
            said = " ".join(str(value).split())
    return f"{said[:at_most].rstrip()}..." if at_most and len(said) > at_most else said


def _named(code: str) -> str:
    return code or "That alert"


# To responders: what came of their answer.


def you_have(code: str, initials: str) -> str:
    """They took it."""
    return f"Thank you. You have {code} ({initials}). When it is over, text: done {code} and a few words."


def already_yours(code: str) -> str:
    """They took it before."""
    return f"You have {code} already. When it is over, text: done {code} and a few words."


def already_taken(name: str, code: str) -> str:
    """Someone else was first."""
    return f"Thank you, {name} has {_named(code)} already."


def already_closed(code: str) -> str:
    """It is over, whatever they answered."""
    return f"Thank you, {_named(code)} is closed already."


def asking_others(code: str) -> str:
    """They can't."""
    return f"That's fine. I am asking someone else about {code}."


def nobody_else(code: str) -> str:
    """They can't, and nobody else is left who was not asked."""
    return f"Thanks for saying. There is nobody else I can ask about {code} just now, so I will ask you again too."


def tried(code: str, *, has_it: bool) -> str:
    """They tried and got no answer. `has_it`: it is theirs."""
    if has_it:
        return f"Noted: no answer. {code} stays with you. If someone else should try, text 2 {code}."
    return f"Noted: no answer. {code} is still open. To take it, text 1 {code}."


def asked_later(code: str, at: str) -> str:
    """They asked to be asked later; `at` is a time on their clock, as in 11:05."""
    return f"I will ask you about {code} at {at}."


def closed(code: str) -> str:
    """`done`."""
    return f"Thank you. {_named(code)} is closed."


def which_one(codes: Sequence[str]) -> str:
    """A bare answer that may mean any of these."""
    return f"Which one? Open here: {_listed(codes)}. Put the code after it, as in 1 {codes[0]}."


def unknown_code(codes: Sequence[str]) -> str:
    """A code that this phone was not given; these it was."""
    return f"I don't know that code. Open here: {_listed(codes)}. For example: 1 {codes[0]}."


def how_to_take(codes: Sequence[str]) -> str:
    """Added when an open question got what may have been meant for an alert."""
    return " ".join(f"To take {code}, text 1 {code}." for code in codes)


def _listed(codes: Sequence[str]) -> str:
    return codes[0] if len(codes) == 1 else f"{', '.join(codes[:-1])} and {codes[-1]}"


# To responders: what happened since.


def has_it_now(name: str, code: str) -> str:
    """To everybody told earlier."""
    return f"{name} has {_named(code)} now. Nothing for you to do."


def closed_by(name: str, code: str) -> str:
    """To everybody told earlier."""
    return f"{name} closed {_named(code)}. Nothing for you to do."


def handed_back(code: str) -> str:
    """To everybody told earlier: whoever had it can't go on."""
    return f"{_named(code)} is open again: whoever had it can't go on. To take it, text 1 {code}."


def reminder(code: str) -> str:
    """To whoever has it, when `resolve_within` has passed."""
    if not code:
        return "An alert that you have is still open. If you can't see to it, please say so to your team."
    return (
        f"{code} is still open with you. All done? Text: done {code}. Still on it? later {code} 30m. Can't? 2 {code}."
    )


def lapsed(code: str) -> str:
    """To whoever had it, when the reminder went by."""
    again = f" Still on it? Text 1 {code}." if code else ""
    return f"I have not heard about {code or 'the alert you have'}, so I am asking others too.{again}"


def something_new(code: str, initials: str, severity: str, line: str) -> str:
    """To whoever has it, when a further reason comes in or it rises."""
    if line == "wellness" and severity == "crisis":
        return f"{_named(code)}: {initials} needs a person now."
    ask = f" For what is new, text 3 {code}." if code else ""
    return f"{_named(code)}: there is something new. {initials} {_NEEDS[severity]}.{ask}"


# To coordinators.


def unanswered(initials: str, line: str) -> str:
    """The ladder ran out. On the wellness line no name, no initials."""
    if line == "wellness":
        return "A wellness matter is unanswered. Nobody told has taken it. I keep asking them."
    return f"Nobody has taken the alert about {initials} yet. I keep asking. Please see that someone does."


def nobody_to_tell(initials: str, line: str) -> str:
    """No level of the ladder had anybody who could be told."""
    if line == "wellness":
        return "A wellness matter is waiting and there is nobody I can tell. Please look at who supports whom."
    return f"{initials} needs a person and there is nobody I can tell. Please act, and look at who is on duty."


def could_not_read() -> str:
    """Something came in of which not even the sender's record could be read."""
    return "A text came in that I could not read or answer. It may be urgent. Please look now: blether quarantine list"


def no_team(initials: str) -> str:
    """Someone without a team needs a person."""
    return f"{initials} needs a person and is in no team, so I can tell nobody else. Please act."


# To the person whom it is about.


def nobody_answered_yet(line: str, team: str, *, reached: bool) -> str:
    """The ladder ran out: said once, honestly. `reached`: there was somebody who could be asked."""
    asked = "the people who support you" if line == "wellness" else team or "your team"
    said = f"I asked {asked}, and nobody has answered yet." if reached else f"I could not reach {asked} yet."
    return f"{said} I keep trying. Please don't wait for us if you are not safe: 999, or 116 123."


def passed_to_on_call() -> str:
    """To a worker whose danger to life went past their own supporter and deputy."""
    return (
        "Your supporters did not answer, so I asked the person on call to find you. "
        "I gave your initials and that you need a person, nothing else."
    )


def talk(team: str, next_seen: str) -> str:
    """TALK. `next_seen` is a sentence from staffed hours, perhaps none."""
    return _joined(f"I am asking {team} to get in touch.", next_seen, "If that is too long to wait, text URGENT.")


def urgent(contacts: str, team: str, next_seen: str) -> str:
    """URGENT: the numbers first, then a person, and no promise."""
    return _joined(contacts, f"I am telling {team} now. I can't say how soon they see it.", next_seen)


def help_(contacts: str, team: str) -> str:
    """HELP and INFO: the numbers, TALK, then the rest."""
    who = team or "the team"
    return _joined(contacts, f"Text TALK and {who} will be asked to get in touch. I am a bot. STOP ends my texts.")


def distress() -> str:
    """Someone sounds low, and is not in danger as far as anyone can tell."""
    return (
        "Thank you for telling me. That sounds hard. I will let someone on the team know. "
        "To ask for a talk, text TALK. Not safe? 999, or 116 123."
    )


def stopped() -> str:
    """STOP in company, and on Telegram: the one confirmation."""
    return "OK, I have stopped. You will get no more texts from me. If you ever want them back, text START."


def no_invitation() -> str:
    """START from someone who has none, or with a code that is wrong, used or too old. Says nothing about what this is."""
    return "Hello. I can't find an invitation for this. Please check the code, or ask whoever gave it to you for a new one."


def welcome_back() -> str:
    """START after STOP."""
    return "Welcome back. Your texts start again. Text STOP any time to end them, HELP for help."


def already_on() -> str:
    """START from someone who never stopped."""
    return "You are already set up, nothing more to do. Text HELP for help, STOP to end my texts."


def not_joined() -> str:
    """Someone who was invited and has not said yes."""
    return "Hello. To begin, text START. If you would rather not, there is nothing to do."


def stranger() -> str:
    """An address that is nobody's: reveals nothing."""
    return "Hello. I don't know this number, so I can't help here. If you were given a code, text START and the code."


def media() -> str:
    """A voice note, photo, sticker, location and the like."""
    return "I can't hear or see these. Please type it, or text TALK. Not safe? 999, or 116 123"


def press_stale() -> str:
    """A button that is no longer current."""
    return "That button is from earlier, so nothing has changed."


def nothing_open() -> str:
    """They wrote, and nothing was asked. Kept, and read by nobody until they ask for someone: said so."""
    return "Thanks for your text. I am a bot and nobody reads these as they come in. To talk to someone, text TALK."


# Marks.


def held_up(delay: timedelta) -> str:
    """Put before a text that is sent late: "Held up 45 min: ", "Held up 3 h: "; nothing under a minute."""
    minutes = int(delay.total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 120:
        return f"Held up {minutes} min: "
    return f"Held up {minutes // 60} h: " if minutes < 48 * 60 else f"Held up {minutes // 1440} days: "


def _joined(*sentences: str) -> str:
    return " ".join(sentence.strip() for sentence in sentences if sentence.strip())
