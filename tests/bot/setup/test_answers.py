"""Keys from names."""

import pytest

from bot.settings import values
from bot.setup.answers import as_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Leith Peer Support", "leith-peer-support"),
        ("Mòrag O'Example", "morag-o-example"),
        ("  2nd floor ", "2nd-floor"),
        ("日本", "team"),
        ("", "team"),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_key_is_made_from_a_name(name, key):
    assert as_key(name, "team") == key
    assert values.key(key) == key
