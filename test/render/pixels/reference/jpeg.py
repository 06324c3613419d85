"""Writes baseline JPEG files of every sampling, and segments: https://www.w3.org/Graphics/JPEG/itu-t81.pdf"""

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

ZIGZAG = sorted(range(64), key=lambda at: (at // 8 + at % 8, (at // 8 if (at // 8 + at % 8) % 2 else at % 8)))
ONES = [1] * 64
# How many codes have each number of bits: every symbol gets one, so that the tables fit any picture.
DC_LENGTHS = [0, 0, 0, 15, 1] + [0] * 11
AC_LENGTHS = [0, 0, 0, 0, 0, 0, 0, 254, 2] + [0] * 7


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def adobe(transform, more=b""):
    return segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform) + more)


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def icc_segments(profile, size=65_000):
    parts = [profile[at : at + size] for at in range(0, len(profile), size)]
    return [
        segment(0xE2, b"ICC_PROFILE\0" + bytes([at + 1, len(parts)]) + part) for at, part in enumerate(parts)
    ]


def insert(jpeg, segments):
    """The same JPEG with segments behind its first two bytes."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


@dataclass(frozen=True)
class Plane:
    """A component: its samples at full size, its sampling factors and its number."""

    samples: np.ndarray
    across: int
    down: int
    number: int


def dct_matrix():
    k, n = np.mgrid[0:8, 0:8]
    matrix = np.cos((2 * n + 1) * k * np.pi / 16) / 2
    matrix[0] /= np.sqrt(2)
    return matrix


DCT = dct_matrix()


class Bits:
    def __init__(self):
        self.out, self.held, self.count = bytearray(), 0, 0

    def write(self, value, bits):
        self.held = self.held << bits | value
        self.count += bits
        while self.count >= 8:
            byte = self.held >> (self.count - 8) & 255
            self.out.append(byte)
            if byte == 255:
                self.out.append(0)
            self.count -= 8
        self.held &= (1 << self.count) - 1

    def end(self):
        if self.count:
            self.write((1 << (8 - self.count)) - 1, 8 - self.count)


def huffman_codes(lengths):
    codes, code = [], 0
    for length, count in enumerate(lengths, 1):
        codes += [(code + at, length) for at in range(count)]
        code = (code + count) * 2
    return codes


def huffman_table(kind, lengths):
    return bytes([kind, *lengths, *range(sum(lengths))])


DC_CODES, AC_CODES = huffman_codes(DC_LENGTHS), huffman_codes(AC_LENGTHS)
HUFFMAN = segment(0xC4, huffman_table(0x00, DC_LENGTHS) + huffman_table(0x10, AC_LENGTHS))


def write_number(bits, codes, run, value):
    size = int(abs(value)).bit_length()
    bits.write(*codes[run << 4 | size])
    if size:
        bits.write(value if value > 0 else value + (1 << size) - 1, size)


def write_block(bits, block, before):
    """The codes of a block, F.1.2. Returns its DC."""
    numbers = [int(block[at // 8, at % 8]) for at in ZIGZAG]
    write_number(bits, DC_CODES, 0, numbers[0] - before)
    run = 0
    last = max((at for at in range(1, 64) if numbers[at]), default=0)
    for number in numbers[1 : last + 1]:
        if number == 0:
            run += 1
            continue
        while run > 15:
            bits.write(*AC_CODES[0xF0])
            run -= 16
        write_number(bits, AC_CODES, run, number)
        run = 0
    if last < 63:
        bits.write(*AC_CODES[0])
    return numbers[0]


def coefficients(plane, most, size, quantiser):
    """The blocks of a component, padded to whole MCUs: its samples are averaged down to its sampling."""
    height, width = size
    wide, high = 8 * most[0], 8 * most[1]
    padding = ((0, -height % high), (0, -width % wide))
    samples = np.pad(plane.samples.astype(float), padding, "edge")
    across, down = most[0] // plane.across, most[1] // plane.down
    small = samples.reshape(samples.shape[0] // down, down, samples.shape[1] // across, across).mean(
        axis=(1, 3)
    )
    blocks = small.reshape(small.shape[0] // 8, 8, small.shape[1] // 8, 8).swapaxes(1, 2) - 128
    return np.round(DCT @ blocks @ DCT.T / quantiser).astype(int)


def visible(plane, most, size):
    """The rows and columns of blocks that a component has when it is alone in its scan, A.2.2."""
    height, width = size
    rows = -(-(-(-height * plane.down // most[1])) // 8)
    columns = -(-(-(-width * plane.across // most[0])) // 8)
    return rows, columns


def units(planes, blocks, most, size):
    """The order of the blocks: MCU by MCU, or row by row for one component."""
    if len(planes) == 1:
        rows, columns = visible(planes[0], most, size)
        return [[(0, row, column)] for row in range(rows) for column in range(columns)]
    rows, columns = blocks[0].shape[0] // planes[0].down, blocks[0].shape[1] // planes[0].across
    return [
        [
            (at, row * plane.down + y, column * plane.across + x)
            for at, plane in enumerate(planes)
            for y in range(plane.down)
            for x in range(plane.across)
        ]
        for row in range(rows)
        for column in range(columns)
    ]


def scan(planes, blocks, most, size, restart):
    head = bytes([len(planes)]) + b"".join(bytes([plane.number, 0]) for plane in planes) + bytes([0, 63, 0])
    bits = Bits()
    before = [0] * len(planes)
    for at, unit in enumerate(units(planes, blocks, most, size)):
        if restart and at and at % restart == 0:
            bits.end()
            bits.out += bytes([0xFF, 0xD0 + (at // restart - 1) % 8])
            before = [0] * len(planes)
        for component, row, column in unit:
            before[component] = write_block(bits, blocks[component][row, column], before[component])
    bits.end()
    return segment(0xDA, head) + bytes(bits.out)


def write_jpeg(planes, size, segments=(), restart=0, quantiser=1, deep_table=False, apart=False):
    """`size` is height and width. `apart` writes one scan per component, `deep_table` a quantiser of 16 bits."""
    most = max(plane.across for plane in planes), max(plane.down for plane in planes)
    table = struct.pack(">64H", *[quantiser] * 64) if deep_table else bytes([quantiser] * 64)
    frame = struct.pack(">BHHB", 8, *size, len(planes)) + b"".join(
        bytes([plane.number, plane.across * 16 + plane.down, 0]) for plane in planes
    )
    parts = [b"\xff\xd8", *segments, segment(0xDB, bytes([0x10 if deep_table else 0]) + table)]
    parts += [segment(0xC1 if deep_table else 0xC0, frame), HUFFMAN]
    if restart:
        parts.append(segment(0xDD, struct.pack(">H", restart)))
    blocks = [coefficients(plane, most, size, quantiser) for plane in planes]
    groups = [[at] for at in range(len(planes))] if apart else [list(range(len(planes)))]
    for group in groups:
        parts.append(scan([planes[at] for at in group], [blocks[at] for at in group], most, size, restart))
    return b"".join(parts) + b"\xff\xd9"


def ycc(rgb):
    """Y, Cb and Cr by JFIF."""
    r, g, b = np.moveaxis(rgb.astype(float), 2, 0)
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return [y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402]


def planes_of(samples, samplings, numbers=(1, 2, 3, 4)):
    return [Plane(one, *sampling, number) for one, sampling, number in zip(samples, samplings, numbers)]


def decode(jpeg, mode="RGB"):
    """What libjpeg-turbo decodes, through Pillow. Pillow inverts the inks of Adobe; 255 is full ink."""
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return np.asarray(image if image.mode == mode else image.convert(mode))
