"""A picture in a file, and what a browser shows of it."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Case:
    name: str
    group: str
    # The name of a bound in bounds.ts.
    bound: str
    # jpg, png, webp or gif.
    ending: str
    file: bytes
    # RGBA in sRGB, 8 bits, upright: one array of (height, width, 4) per frame.
    frames: list
    # How the expected pixels were computed.
    reference: str
    recipe: str = "format,f_png"
    # Of an animation: the milliseconds of each frame, as browsers show them, and the number of plays (0 is endless).
    delays: list = field(default_factory=list)
    plays: int = 1


def opaque(rgb):
    """RGBA of RGB."""
    alpha = np.full(rgb.shape[:2] + (1,), 255, np.uint8)
    return np.concatenate([rgb.astype(np.uint8), alpha], axis=2)


def grey_to_rgba(grey):
    return opaque(np.repeat(grey[:, :, None], 3, axis=2))


def chart(patch=4):
    """216 colours in 18 × 12 patches: each channel in steps of 51."""
    steps = np.arange(6) * 51
    colours = np.array([(r, g, b) for r in steps for g in steps for b in steps], np.uint8).reshape(12, 18, 3)
    return colours.repeat(patch, axis=0).repeat(patch, axis=1)


def grey_ramp(width=64, height=8):
    """Every fourth grey."""
    return np.tile((np.arange(width) * 255 // (width - 1)).astype(np.uint8), (height, 1))


def scene(width=48, height=32):
    """Four coloured quarters with a slope in each: every turn, mirror or shift changes pixels."""
    y, x = np.mgrid[0:height, 0:width]
    red = 40 + 170 * x // max(width - 1, 1)
    green = 40 + 170 * y // max(height - 1, 1)
    blue = np.where((x < width // 2) == (y < height // 2), 60, 180)
    return np.stack([red, green, blue], axis=2).astype(np.uint8)


def tile(colour, width, height):
    """One colour, RGBA."""
    return np.tile(np.array(colour, np.uint8), (height, width, 1))
