"""Orientations 1 to 8, none and an invalid one, in each container that can have EXIF."""

import io

import numpy as np
import png
import webp
from case import Case, opaque, scene
from exif import orientation_tiff, turn
from jpeg import decode, insert, segment
from PIL import Image

# None: no EXIF. 9 is outside of the standard and counts as 1.
VALUES = [None, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def jpeg_file(pixels, tiff):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=95, subsampling=0)
    return insert(out.getvalue(), [segment(0xE1, b"Exif\0\0" + tiff)] if tiff else [])


def png_file(pixels, tiff):
    return png.write_png(pixels, png.RGB, before=[png.chunk(b"eXIf", tiff)] if tiff else [])


def webp_file(pixels, tiff):
    still = webp.encode(pixels, lossless=True)
    return webp.still_with(still, webp.EXIF, behind=[webp.chunk(b"EXIF", tiff)]) if tiff else still


WRITERS = [("jpg", "JPEG", jpeg_file), ("png", "PNG", png_file), ("webp", "WebP", webp_file)]


def orientation_case(ending, container, write, value, little):
    pixels = scene()
    file = write(pixels, orientation_tiff(value, little) if value else None)
    shown = decode(file) if ending == "jpg" else pixels
    name = f"{container}, orientation {value}" if value else f"{container} without EXIF"
    reference = "libjpeg-turbo, turned by the table of EXIF" if ending == "jpg" else "the pixels, turned by the table of EXIF"
    bound = "jpeg" if ending == "jpg" else "exact"
    frames = [opaque(np.ascontiguousarray(turn(shown, value)))]
    return Case(name, "orientation", bound, ending, file, frames, reference)


def cases():
    return [
        orientation_case(ending, container, write, value, little=at % 2 == 0)
        for ending, container, write in WRITERS
        for at, value in enumerate(VALUES)
    ]
