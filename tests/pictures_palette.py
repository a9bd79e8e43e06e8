"""A screenshot made small: a palette of at most 256 colours instead of three bytes a pixel (PNG, third edition, W3C).

The commonest colours stay as they are; what is left, mostly edges of letters, takes the nearest of them.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
RGB, RGBA = 2, 6


def small(png: bytes) -> bytes:
    """The same picture with a palette. Takes what Chromium writes: 8 bits, RGB or RGBA, not interlaced.

    Raises:
        ValueError: another kind of picture.
    """
    parts = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if depth != 8 or kind not in (RGB, RGBA) or interlaced:
        raise ValueError("not a picture as Chromium writes it")
    size = 3 if kind == RGB else 4
    rows = _rows(zlib.decompress(b"".join(data for name, data in parts if name == b"IDAT")), width * size, size)
    pixels = [[bytes(row[at : at + 3]) for at in range(0, len(row), size)] for row in rows]
    counted = Counter(pixel for row in pixels for pixel in row)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    place = {colour: index for index, colour in enumerate(palette)}
    for colour in counted.keys() - place.keys():
        place[colour] = min(range(len(palette)), key=lambda index: _distance(palette[index], colour))
    packed = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in pixels)
    return SIGNATURE + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(packed, 9)),
            (b"IEND", b""),
        )
    )


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _rows(raw: bytes, length: int, size: int) -> Iterator[bytearray]:
    """Lines without their filters (section 9 of the specification)."""
    above = bytearray(length)
    for start in range(0, len(raw), length + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + length])
        for at in range(length) if kind else ():
            left = row[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            row[at] = (row[at] + _guess(kind, left, above[at], corner)) & 255
        yield row
        above = row


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    match kind:
        case 1:
            return left
        case 2:
            return up
        case 3:
            return (left + up) // 2
        case _:
            return min((left, up, corner), key=lambda value: abs(left + up - corner - value))
