"""Words that carriers and Twilio take for themselves (Twilio's default keywords; the list changes). Pure.

They block or unblock the number before the text reaches us, so no flow may offer one of them as an answer. YES is the
exception: it unblocks, yet is first of all an answer, and counts as a carrier's word only where Twilio says so.
"""

from typing import Literal

CarrierWord = Literal["STOP", "START", "HELP"]

WORDS: dict[CarrierWord, frozenset[str]] = {
    "STOP": frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}),
    "START": frozenset({"START", "UNSTOP"}),
    "HELP": frozenset({"HELP", "INFO"}),
}
ALSO_ANSWERS = frozenset({"YES"})


def carrier_word(text: str, opt_out_type: str = "") -> CarrierWord | None:
    """What the carrier made of a text: Twilio's `OptOutType`, else the whole text being one of the words."""
    said = opt_out_type.strip().upper()
    spoken = text.strip().upper()
    for word, spellings in WORDS.items():
        if said == word or (not said and spoken in spellings):
            return word
    return None
