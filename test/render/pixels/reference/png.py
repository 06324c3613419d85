"""Writes PNG files of every colour type, depth and filter: https://www.w3.org/TR/png-3/"""

import struct
import zlib

import numpy as np

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data=b""):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def icc_chunk(profile):
    return chunk(b"iCCP", b"profile\0\0" + zlib.compress(profile))


def gamma_chunk(value):
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def primaries_chunk(primaries):
    """White, red, green and blue as x and y."""
    return chunk(
        b"cHRM", b"".join(struct.pack(">I", round(one * 100_000)) for pair in primaries for one in pair)
    )


def palette_chunk(colours):
    return chunk(b"PLTE", bytes(np.array(colours, np.uint8).reshape(-1)))


def pack_row(samples, depth):
    """The bytes of a row of samples."""
    flat = samples.reshape(-1)
    if depth == 16:
        return flat.astype(">u2").tobytes()
    if depth == 8:
        return flat.astype(np.uint8).tobytes()
    bits = ((flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(-1)).tobytes()


def paeth(left, above, corner):
    guess = left + above - corner
    distances = abs(guess - left), abs(guess - above), abs(guess - corner)
    return (left, above, corner)[distances.index(min(distances))]


def filter_row(kind, row, above, step):
    """A row in one of the five filters, section 9.2."""
    out = bytearray([kind])
    for at, value in enumerate(row):
        left = row[at - step] if at >= step else 0
        up = above[at]
        corner = above[at - step] if at >= step else 0
        guess = (0, left, up, (left + up) // 2, paeth(left, up, corner))[kind]
        out.append((value - guess) & 255)
    return bytes(out)


def pack_rows(samples, depth, kinds):
    """All rows, with these filters in turn."""
    step = max(1, samples.shape[2] * depth // 8)
    above = None
    out = []
    for at, samples_of_row in enumerate(samples):
        row = pack_row(samples_of_row, depth)
        out.append(filter_row(kinds[at % len(kinds)], row, above or bytes(len(row)), step))
        above = row
    return b"".join(out)


def pack_passes(samples, depth, kinds):
    passes = (samples[y::dy, x::dx] for x, y, dx, dy in ADAM7)
    return b"".join(pack_rows(one, depth, kinds) for one in passes if one.size)


def write_png(samples, kind, depth=8, before=(), interlaced=False, filters=(0,)):
    """`samples` has a row, a column and a channel; `before` are the chunks between IHDR and IDAT."""
    samples = np.asarray(samples)
    if samples.ndim == 2:
        samples = samples[:, :, None]
    assert samples.shape[2] == CHANNELS[kind]
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    data = (pack_passes if interlaced else pack_rows)(samples, depth, filters)
    chunks = [chunk(b"IHDR", header), *before, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
