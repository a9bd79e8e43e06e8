"""★ The words about joining, leaving and who can be reached; alerts and answers are in `bot/escalation/wording.py`."""


def responder_joined(name: str, service: str) -> str:
    """A supervisor opened their invitation."""
    return f"Hello {name}. {service} will tell you here when someone needs a person. Nothing to do now."


def phone_in_use() -> str:
    """A code was opened from a phone that is somebody else's."""
    return "This phone is already set up for someone else, so I can't use the code here. Please ask whoever gave it to you."


def cannot_join_now() -> str:
    """There is no welcome flow to begin."""
    return "Thanks. I can't start just now. Someone will put that right; please try again tomorrow."


def texts_stopped(code: str, initials: str) -> str:
    """To whoever has an escalation about a person who said STOP."""
    return f"{code or 'Your alert'}: {initials} has stopped my texts, so I can't reach them. Please phone."


def responder_gone(name: str) -> str:
    """To coordinators: a responder stopped, or can't be written to any more."""
    return f"{name} can't get alerts any more. Until that is put right, I tell the next person instead."


def stranger_in_danger() -> str:
    """To coordinators: words of danger from a number that is nobody's."""
    return "Someone I don't know wrote words of danger. They got the crisis numbers. I can't tell who it was."


def crisis_again() -> str:
    """The second crisis text within the hour: shorter, other words, as true."""
    return "I hear you. I have asked for a person again, but I can't say how soon. Please don't wait: call 999, or 116 123."


def not_closed(code: str) -> str:
    """`done` in words that sound like danger: it stays open."""
    return (
        f"That sounds like danger, so {code} stays open. Anyone in danger now: 999. For support, 116 123. "
        f"If it is over, text: done {code} safe"
    )
