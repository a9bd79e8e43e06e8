"""One form for values that are looked up, so that however a number or a name is written, it is found."""

import unicodedata

import phonenumbers

HOME_REGION = "GB"  # what a number without a country code belongs to
_SHORTEST_PREFIX = 3


def normalise(kind: str, value: str) -> str:
    """The form that is hashed: by kind for `number` and `name`, otherwise NFKC without blanks round it."""
    match kind:
        case "number":
            return normalise_number(value)
        case "name":
            return normalise_name(value)
        case _:
            return unicodedata.normalize("NFKC", value).strip()


def normalise_number(value: str, region: str = HOME_REGION) -> str:
    """A phone number in E.164 ("07700 900123" → "+447700900123").

    What cannot be one (a short code, a sender's name) is kept, in small letters and without blanks: it comes in
    from the network and must still be found again.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "".join(text.casefold().split())
    # "Possible locally" (85258 in Great Britain) is no number that can be written to from anywhere.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return "".join(text.casefold().split())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_name(value: str) -> str:
    """A name in small letters without accents, apostrophes or stops; hyphens and runs of blanks become one blank.

    "Ó'Neill-Smith" → "oneill smith".
    """
    # Twice: small letters of some signs come apart again, and capitals come out of others.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", value).casefold())
    kept = (_letter(character) for character in plain if not unicodedata.combining(character))
    return " ".join("".join(kept).split())


def _letter(character: str) -> str:
    if character.isalnum():
        return character
    is_gap = character.isspace() or unicodedata.category(character) == "Pd"
    return " " if is_gap else ""


def name_prefixes(name: str) -> set[str]:
    """The normalised name and each beginning of it with three letters or more; only itself when it is shorter."""
    plain = normalise_name(name)
    beginnings = {plain[:end].rstrip() for end in range(_SHORTEST_PREFIX, len(plain))}
    return {plain, *(beginning for beginning in beginnings if len(beginning) >= _SHORTEST_PREFIX)}
