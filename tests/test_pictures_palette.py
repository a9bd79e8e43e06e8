"""A screenshot with a palette is the same picture, where it has at most 256 colours."""

import struct
import zlib

import pytest

from tests.pictures_palette import COLOURS, SIGNATURE, _chunk, _chunks, small

WIDTH, HEIGHT = 5, 6
PIXELS = [[bytes((row * 40, at * 50, (row * at * 7) % 256)) for at in range(WIDTH)] for row in range(HEIGHT)]


def picture(kind: int = 2, depth: int = 8) -> bytes:
    """The pixels as RGB, each line with another of the five filters."""
    raw, above = bytearray(), bytearray(WIDTH * 3)
    for number, row in enumerate(PIXELS):
        whole, filtered = bytearray(b"".join(row)), bytearray()
        for at, value in enumerate(whole):
            left, up = (whole[at - 3], above[at]) if at >= 3 else (0, above[at])
            corner = above[at - 3] if at >= 3 else 0
            nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            filtered.append((value - (0, left, up, (left + up) // 2, nearest)[number % 5]) & 255)
        raw += bytes([number % 5]) + filtered
        above = whole
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def test_every_pixel_keeps_its_colour_whatever_its_line_was_filtered_with():
    parts = dict(_chunks(small(picture())))
    palette = [parts[b"PLTE"][at : at + 3] for at in range(0, len(parts[b"PLTE"]), 3)]
    assert len(palette) <= COLOURS
    raw = zlib.decompress(parts[b"IDAT"])
    lines = [raw[at + 1 : at + 1 + WIDTH] for at in range(0, len(raw), WIDTH + 1)]
    assert [[palette[place] for place in line] for line in lines] == PIXELS


@pytest.mark.parametrize(("kind", "depth"), [(0, 8), (2, 16)])
def test_another_kind_of_picture_is_refused(kind, depth):
    with pytest.raises(ValueError, match="Chromium"):
        small(picture(kind, depth))
