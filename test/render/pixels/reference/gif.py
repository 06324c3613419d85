"""Writes GIF files and composes them as browsers do: https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""

import struct
from dataclasses import dataclass

import numpy as np

CLEAR = (0, 0, 0, 0)
KEEP, BACKGROUND, PREVIOUS = 1, 2, 3


@dataclass(frozen=True)
class Frame:
    # Indices, (height, width).
    pixels: np.ndarray
    left: int = 0
    top: int = 0
    palette: list = None
    transparent: int = None
    disposal: int = 0
    # Hundredths of a second.
    delay: int = 10
    interlaced: bool = False
    # Without a graphic control extension.
    plain: bool = False
    code_bits: int = None
    # Without the codes that clear the table at the start, and that end the data.
    begun: bool = True
    ended: bool = True


def pack_codes(codes):
    """The lowest bit first."""
    out, held, count = bytearray(), 0, 0
    for value, bits in codes:
        held |= value << count
        count += bits
        while count >= 8:
            out.append(held & 255)
            held, count = held >> 8, count - 8
    return bytes(out + bytes([held] if count else []))


def lzw_codes(data, bits, deferred):
    """Each code and its bits, appendix F. A full table is cleared, or kept until the end (`deferred`)."""
    clear, end = 1 << bits, (1 << bits) + 1
    codes = [(clear, bits + 1)]
    strings = {(value,): value for value in range(clear)}
    table, following, size, string = dict(strings), end + 1, bits + 1, ()
    for value in data:
        longer = string + (int(value),)
        if longer in table:
            string = longer
            continue
        codes.append((table[string], size))
        if following < 4096:
            table[longer] = following
            if following == 1 << size:
                size += 1
            following += 1
        elif not deferred:
            codes.append((clear, size))
            table, following, size = dict(strings), end + 1, bits + 1
        string = (int(value),)
    codes += [(table[string], size)]
    # The decoder has added an entry for that code.
    if following == 1 << size and size < 12:
        size += 1
    return [*codes, (end, size)]


def sub_blocks(data):
    return (
        b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
        + b"\0"
    )


def table_bits(palette):
    return max(1, (len(palette) - 1).bit_length())


def table_bytes(palette):
    size = 1 << table_bits(palette)
    return bytes(value for colour in (list(palette) + [(0, 0, 0)] * size)[:size] for value in colour)


def interlace(rows):
    return [row for start, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for row in rows[start::step]]


def write_frame(frame, deferred):
    height, width = frame.pixels.shape
    control = b""
    if not frame.plain:
        flags = frame.disposal << 2 | (frame.transparent is not None)
        control = b"\x21\xf9\x04" + struct.pack("<BHBB", flags, frame.delay, frame.transparent or 0, 0)
    flags = 0x40 if frame.interlaced else 0
    local = b""
    if frame.palette:
        flags |= 0x80 | table_bits(frame.palette) - 1
        local = table_bytes(frame.palette)
    place = struct.pack("<HHHHB", frame.left, frame.top, width, height, flags)
    bits = frame.code_bits or max(2, int(frame.pixels.max()).bit_length())
    rows = interlace(list(frame.pixels)) if frame.interlaced else list(frame.pixels)
    codes = lzw_codes(np.concatenate(rows), bits, deferred)
    data = pack_codes(codes[0 if frame.begun else 1 : None if frame.ended else -1])
    return control + b"\x2c" + place + local + bytes([bits]) + sub_blocks(data)


def loop_extension(count):
    return b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", count) + b"\0"


def write_gif(size, frames, palette=None, loop=0, background=0, extra=b"", deferred=False, version=b"GIF89a"):
    """`size` is width and height. `loop` is the count of the extension; None leaves it out."""
    flags = 0x70 | (0x80 | table_bits(palette) - 1 if palette else 0)
    head = version + struct.pack("<HHBBB", *size, flags, background, 0)
    parts = [head, table_bytes(palette) if palette else b"", extra]
    if loop is not None:
        parts.append(loop_extension(loop))
    return b"".join(parts + [write_frame(frame, deferred) for frame in frames]) + b"\x3b"


def colours_of(frame, palette):
    """RGBA of the pixels of a frame. An index outside of its table is black, as in Chromium."""
    table = np.tile(np.array((0, 0, 0, 255), np.uint8), (256, 1))
    colours = frame.palette or palette
    colours = list(colours) + [(0, 0, 0)] * ((1 << table_bits(colours)) - len(colours))
    table[: len(colours)] = [(*colour, 255) for colour in colours]
    if frame.transparent is not None:
        table[frame.transparent] = CLEAR
    return table[frame.pixels]


def canvas_size(size, frames):
    """Browsers enlarge the screen to hold the first frame, and no other."""
    height, width = frames[0].pixels.shape
    return max(size[0], frames[0].left + width), max(size[1], frames[0].top + height)


def compose(size, frames, palette=None):
    """All frames as browsers show them. The canvas begins transparent, whatever the background colour; disposal 2
    makes the rectangle of the frame transparent, 3 brings back what was there before, 4 counts as 3, and others keep it.
    """
    width, height = canvas_size(size, frames)
    canvas = np.zeros((height, width, 4), np.uint8)
    shown = []
    for frame in frames:
        before = canvas.copy()
        colours = colours_of(frame, palette)
        rows, columns = slice(frame.top, frame.top + colours.shape[0]), slice(
            frame.left, frame.left + colours.shape[1]
        )
        area = canvas[rows, columns]
        visible = colours[: area.shape[0], : area.shape[1]]
        drawn = visible[:, :, 3] == 255
        area[drawn] = visible[drawn]
        shown.append(canvas.copy())
        if frame.disposal == BACKGROUND:
            canvas[rows, columns] = CLEAR
        elif frame.disposal in (PREVIOUS, 4):
            canvas = before
    return shown
