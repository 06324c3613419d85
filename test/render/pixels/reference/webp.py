"""Writes WebP containers and composes their frames: https://www.rfc-editor.org/rfc/rfc9649#section-2.7"""

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

ANIMATION, EXIF, ALPHA, ICC = 0x02, 0x08, 0x10, 0x20


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def riff(chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def three(value):
    return struct.pack("<I", value)[:3]


def extended(width, height, flags):
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + three(width - 1) + three(height - 1))


def encode(pixels, **how):
    """A still by libwebp, through Pillow."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", exact=True, **how)
    return out.getvalue()


def picture_chunks(webp):
    """ALPH, VP8 and VP8L chunks of a still."""
    at, found = 12, []
    while at + 8 <= len(webp):
        size = struct.unpack_from("<I", webp, at + 4)[0]
        if webp[at : at + 4] in (b"ALPH", b"VP8 ", b"VP8L"):
            found.append(chunk(webp[at : at + 4], webp[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def decode(webp):
    """RGBA by libwebp, through Pillow."""
    with Image.open(io.BytesIO(webp)) as image:
        return np.asarray(image.convert("RGBA"))


def still_with(webp, flags, before=(), behind=()):
    """The same picture in the extended form with more chunks."""
    height, width = decode(webp).shape[:2]
    return riff([extended(width, height, flags), *before, *picture_chunks(webp), *behind])


@dataclass(frozen=True)
class Frame:
    # A still WebP, and where it goes: even numbers.
    still: bytes
    left: int = 0
    top: int = 0
    milliseconds: int = 100
    blend: bool = True
    # Whether its rectangle becomes transparent afterwards.
    dispose: bool = False


def write_frame(frame):
    height, width = decode(frame.still).shape[:2]
    flags = (0 if frame.blend else 2) | (1 if frame.dispose else 0)
    place = three(frame.left // 2) + three(frame.top // 2) + three(width - 1) + three(height - 1)
    head = place + three(frame.milliseconds) + bytes([flags])
    return chunk(b"ANMF", head + b"".join(picture_chunks(frame.still)))


def write_animation(size, frames, loop=0, background=(255, 255, 255, 255), alpha=True):
    """`background` is blue, green, red and alpha."""
    flags = ANIMATION | (ALPHA if alpha else 0)
    head = [extended(*size, flags), chunk(b"ANIM", bytes(background) + struct.pack("<H", loop))]
    return riff(head + [write_frame(frame) for frame in frames])


def blend(over, under):
    """Section 2.7.1.1: alpha blending of colours that are not premultiplied."""
    source, target = over.astype(float), under.astype(float)
    alpha, below = source[:, :, 3:] / 255, target[:, :, 3:] / 255
    share = below * (1 - alpha)
    sum_ = alpha + share
    colours = (source[:, :, :3] * alpha + target[:, :, :3] * share) / np.where(sum_ == 0, 1, sum_)
    return np.round(np.concatenate([colours, sum_ * 255], axis=2)).astype(np.uint8)


def compose(size, frames):
    """All frames. Browsers ignore the background colour: the canvas begins transparent and is disposed to transparent."""
    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    shown = []
    for frame in frames:
        pixels = decode(frame.still)
        area = canvas[frame.top : frame.top + pixels.shape[0], frame.left : frame.left + pixels.shape[1]]
        area[:] = blend(pixels, area) if frame.blend else pixels
        shown.append(canvas.copy())
        if frame.dispose:
            area[:] = 0
    return shown
