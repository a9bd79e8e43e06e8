"""The conversation itself: flows as data and one pure function that advances them.

    flow = load_file(path)
    turn = advance(flow, Session.new(flow), Begin(), context)
    turn = advance(flow, turn.session, Reply("7"), context)

A turn's effects are to be carried out in order, in the transaction that stores its session.
"""

from flows.actions import ACTIONS, Action, Consent, Escalate, Record
from flows.check import Known, check_text
from flows.context import Context
from flows.effects import Do, Effect, End, Kind, Save, Say, Shape, Wait
from flows.engine import Turn, advance, reopens
from flows.errors import FlowError, FlowFileError, FlowRunError, LanguageError, SessionFormatError
from flows.events import Back, Begin, Event, Heard, Interrupt, Reply, Resume, Silence, Skip
from flows.load import compile_source, load_file, load_text, read_library
from flows.model import Flow, Needs, Option, Question, Step, Telling, Value
from flows.offers import MOST_OFFERED
from flows.problems import CODES, Problem
from flows.session import Session
from flows.wording import is_gsm7, numbered, sms_parts

__all__ = [
    "ACTIONS",
    "CODES",
    "MOST_OFFERED",
    "Action",
    "Back",
    "Begin",
    "Consent",
    "Context",
    "Do",
    "Effect",
    "End",
    "Escalate",
    "Event",
    "Flow",
    "FlowError",
    "FlowFileError",
    "FlowRunError",
    "Heard",
    "Interrupt",
    "Kind",
    "Known",
    "LanguageError",
    "Needs",
    "Option",
    "Problem",
    "Question",
    "Record",
    "Reply",
    "Resume",
    "Save",
    "Say",
    "Session",
    "SessionFormatError",
    "Shape",
    "Silence",
    "Skip",
    "Step",
    "Telling",
    "Turn",
    "Value",
    "Wait",
    "advance",
    "check_text",
    "compile_source",
    "is_gsm7",
    "load_file",
    "load_text",
    "numbered",
    "read_library",
    "reopens",
    "sms_parts",
]
