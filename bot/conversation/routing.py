"""Whose text is it, and what does it mean: one pure function, in one order.

Before all of this the text is stored raw and read for danger. Danger is a flag of its own: it is answered whatever the
route, and the route does not depend on it. With danger of level `risk` the routes in `MOOT_WITH_DANGER` send and answer
nothing more: the open session is interrupted, not replied to.

 1. An edit changes nothing: it is read for danger, that is all.
 2. STOP, then START. START with a code that opens no invitation is an ordinary sentence ("start walking") when it
    comes from someone who has joined and has not stopped.
 3. A press on a button: the row and option it names, if it is still current.
    A photo, voice note and the like: kept for a person to look at.
 4. An alert answer with a code that this phone was given. A code it was not given, while alerts wait or are held there:
    which ones do you mean?
 5. Someone who stopped gets nothing more; what they want (TALK, URGENT, an alert answer) is heard all the same.
 6. The other global words.
 7. The question open at this address. A bare alert answer goes to the question too; while an alert waits there the bot
    adds how to answer it. So a bare 1 never takes an alert while a question is open there.
 8. A bare alert answer: 1, 2, 3 when exactly one alert waits there; done, none, later for the one this person has, else
    for the one that waits; several: which one?
 9. A question open at another address of theirs; then one that ended and may reopen (a late 2 still escalates).
10. A bare 1 when nothing waits, from somebody who was told of one alert that a person has: who has it.
    Then a person with nothing open.
11. A stranger.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from bot.escalation.replies import AlertAnswer, Cannot, Done, Later, More, Take, Tried, read_answer
from bot.safety.words import Word


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button press, led back to the outbox row it hung on. `current` says that the question is still open, or that
    the alert was not answered or resolved since. An alert's options carry the ids 1, 2 and 3, like its words."""

    kind: Literal["question", "alert"]
    option_id: str
    current: bool
    session_id: UUID | None = None
    escalation_id: UUID | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in, already read. `over_carrier`: by SMS, where a phone company may have taken a STOP itself."""

    kind: Literal["text", "press", "media", "edit"]
    text: str = ""
    word: Word | None = None
    answer: AlertAnswer | None = None
    carrier_word: Literal["STOP", "START", "HELP"] | None = None
    over_carrier: bool = False
    pressed: Pressed | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Facts about who wrote, at the address they wrote from.

    `invited`: the code that came with START opens an invitation, or without a code one is open for this person.
    `expired_question`: a session that ended missed or unclear and may reopen, as no other has begun since.
    `waiting_here`: codes of alerts sent to this address whose escalation is open or lapsed; `taken_here`: codes of
    those this person has taken; `told_here`: codes of alerts sent to this address that somebody has; `codes_here`:
    every code this phone was given in the last 7 days.
    """

    known: bool = False
    consented: bool = False
    stopped: bool = False
    invited: bool = False
    question_open_here: bool = False
    question_open_elsewhere: bool = False
    expired_question: bool = False
    waiting_here: tuple[str, ...] = ()
    taken_here: tuple[str, ...] = ()
    told_here: tuple[str, ...] = ()
    codes_here: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EditOnly:
    """An edit: nothing to do but what danger asks for."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """STOP. `carrier`: the phone company took it and blocks the number, so not even a confirmation; `company`: one
    short confirmation, unless they had stopped before."""

    by: Literal["company", "carrier"]


@dataclass(frozen=True, slots=True)
class Started:
    """START, with the code as typed or none."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class PressStale:
    """A press on something no longer current: told so, changes nothing."""

    pressed: Pressed


@dataclass(frozen=True, slots=True)
class Media:
    """Something that blether can neither hear nor see, kept for a person."""


@dataclass(frozen=True, slots=True)
class AnswerAlert:
    """This answer to the alert with this code. Whether it still can be taken is decided where it is saved."""

    answer: AlertAnswer
    code: str


@dataclass(frozen=True, slots=True)
class AnswerUnknownCode:
    """An alert answer with a code that this phone was not given; `codes` are those it could mean."""

    answer: AlertAnswer
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerAmbiguous:
    """A bare alert answer that could mean any of `codes`: ask which."""

    answer: AlertAnswer
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """From someone who stopped: nothing is sent. `word` is TALK or URGENT, which open their escalation all the same."""

    word: Word | None


@dataclass(frozen=True, slots=True)
class GlobalWord:
    """HELP, INFO, TALK or URGENT, from anyone."""

    word: Word


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """The open question gets the text, or of a press the option."""

    option_id: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerQuestionThenExplain:
    """The open question gets it, and the bot adds how to answer these alerts ("To take K7, text 1 K7")."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReopenQuestion:
    """The session that ended without a reply opens again at that question and gets the text."""


@dataclass(frozen=True, slots=True)
class NothingOpen:
    """Someone we know wrote, and nothing was asked; perhaps they have not joined yet."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """An address that is nobody's: one polite answer a day that reveals nothing."""


Route = (
    EditOnly
    | Stopped
    | Started
    | PressStale
    | Media
    | AnswerAlert
    | AnswerUnknownCode
    | AnswerAmbiguous
    | Silent
    | GlobalWord
    | AnswerQuestion
    | AnswerQuestionThenExplain
    | ReopenQuestion
    | NothingOpen
    | Stranger
)

MOOT_WITH_DANGER = (
    EditOnly,
    PressStale,
    Media,
    Silent,
    AnswerQuestion,
    AnswerQuestionThenExplain,
    ReopenQuestion,
    NothingOpen,
    Stranger,
)


def route(heard: Heard, standing: Standing) -> Route:
    """What the thing that came in means, in the order of this page.

    Example: at 10:05 a peer worker's phone has an open 0-10 question and the alert K7. They text "1": the question gets
    it, and the bot adds "To take K7, text 1 K7". They text "1 K7": K7 is theirs, the question stays open.
    """
    if heard.kind == "edit":
        return EditOnly()
    return (
        _stop_or_start(heard, standing)
        or _pressed_or_media(heard, standing)
        or _coded(heard, standing)
        or _after_stop(heard, standing)
        or _word(heard)
        or _open_question(heard, standing)
        or _bare(heard, standing)
        or _otherwise(heard, standing)
    )


def _stop_or_start(heard: Heard, standing: Standing) -> Route | None:
    word = heard.word.name if heard.word else None
    if heard.carrier_word == "STOP":
        return Stopped("carrier")
    if heard.word and word == "STOP":
        return Stopped("carrier" if heard.over_carrier and heard.word.carriers else "company")
    if heard.word and word == "START":
        return Started(heard.word.code) if _opens(heard, heard.word, standing) else None
    # YES is an answer; only from someone who stopped is it the START that the phone company takes it for.
    return Started() if heard.carrier_word == "START" and standing.stopped else None


def _opens(heard: Heard, word: Word, standing: Standing) -> bool:
    joined = standing.known and standing.consented and not standing.stopped
    return not word.code or not joined or standing.invited or heard.text.lstrip().startswith("/")


def _pressed_or_media(heard: Heard, standing: Standing) -> Route | None:
    if heard.kind == "media":
        if standing.stopped:
            return Silent(None)
        return Media() if standing.known else Stranger()
    if heard.pressed is None:
        return None
    return _pressed(heard.pressed, standing)


def _pressed(pressed: Pressed, standing: Standing) -> Route:
    if pressed.kind == "alert" and pressed.current and (answer := read_answer(pressed.option_id)):
        return AnswerAlert(answer, pressed.code)
    if standing.stopped:
        return Silent(None)
    if pressed.kind == "question" and pressed.current:
        return AnswerQuestion(pressed.option_id)
    return PressStale(pressed)


def _coded(heard: Heard, standing: Standing) -> Route | None:
    if heard.answer is None or heard.answer.code is None:
        return None
    here = _several(standing.waiting_here + standing.taken_here)
    if heard.answer.code in standing.codes_here or heard.answer.code in here:
        return AnswerAlert(heard.answer, heard.answer.code)
    return AnswerUnknownCode(heard.answer, here) if here else None


def _after_stop(heard: Heard, standing: Standing) -> Route | None:
    if not standing.stopped:
        return None
    wanted = heard.word if heard.word and heard.word.name in ("TALK", "URGENT") else None
    return _bare(heard, standing) or Silent(wanted)


def _word(heard: Heard) -> Route | None:
    if heard.word and heard.word.name not in ("STOP", "START"):
        return GlobalWord(heard.word)
    return GlobalWord(Word("HELP")) if heard.carrier_word == "HELP" else None


def _open_question(heard: Heard, standing: Standing) -> Route | None:
    if not standing.question_open_here:
        return None
    if heard.answer and heard.answer.bare and standing.waiting_here:
        return AnswerQuestionThenExplain(_several(standing.waiting_here))
    return AnswerQuestion()


def _bare(heard: Heard, standing: Standing) -> Route | None:
    if heard.answer is None or not heard.answer.bare or standing.question_open_here:
        return None
    match heard.answer:
        case Take():
            meant = standing.waiting_here
        case Cannot() | More():
            meant = standing.waiting_here or standing.taken_here
        case Done() | Tried() | Later():
            meant = standing.taken_here or standing.waiting_here
    codes = _several(meant)
    if not codes:
        return None
    return AnswerAlert(heard.answer, codes[0]) if len(codes) == 1 else AnswerAmbiguous(heard.answer, codes)


def _otherwise(heard: Heard, standing: Standing) -> Route:
    if not standing.known:
        return Stranger()
    if standing.question_open_elsewhere:
        return AnswerQuestion()
    if standing.expired_question:
        return ReopenQuestion()
    # Two take it in the same second: the second one's 1 comes when it waits no more.
    if isinstance(heard.answer, Take) and heard.answer.bare and len(told := _several(standing.told_here)) == 1:
        return AnswerAlert(heard.answer, told[0])
    return NothingOpen()


def _several(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
