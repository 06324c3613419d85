"""EXIF with an orientation: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.4"""

import struct

import numpy as np


def orientation_tiff(value, little=False):
    order = "<" if little else ">"
    head = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "I", 8)
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, value, 0)
    return head + struct.pack(order + "H", 1) + entry + struct.pack(order + "I", 0)


def turn(pixels, value):
    """The stored pixels upright. The standard says where row 0 and column 0 of the stored picture are in the upright one."""
    turned = pixels.swapaxes(0, 1)
    return {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: turned,
        6: turned[:, ::-1],
        7: turned[::-1, ::-1],
        8: turned[::-1],
    }.get(value, pixels)
