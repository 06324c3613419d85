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
    reference = (
        "libjpeg-turbo, turned by the table of EXIF"
        if ending == "jpg"
        else "the pixels, turned by the table of EXIF"
    )
    bound = "jpeg" if ending == "jpg" else "exact"
    frames = [opaque(np.ascontiguousarray(turn(shown, value)))]
    return Case(name, "Orientation", bound, ending, file, frames, reference)


def jpeg_segment_case(name, value, *segments):
    """`value` is the orientation that browsers see."""
    file = insert(jpeg_file(scene(), None), segments)
    frames = [opaque(np.ascontiguousarray(turn(decode(file), value)))]
    return Case(
        name, "Orientation", "jpeg", "jpg", file, frames, "libjpeg-turbo, turned by the table of EXIF"
    )


def png_chunk_case(name, value, chunks, behind=b""):
    file = png.write_png(scene(), png.RGB, before=chunks)
    frames = [opaque(np.ascontiguousarray(turn(scene(), value)))]
    return Case(
        name,
        "Orientation",
        "exact",
        "png",
        file[:-12] + behind + file[-12:],
        frames,
        "the pixels, turned by the table of EXIF",
    )


XMP = (
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
    b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    b"xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'/></rdf:RDF></x:xmpmeta>"
)


def odd_cases():
    six, three = orientation_tiff(6), orientation_tiff(3)
    exif = lambda tiff, head=b"Exif\0\0": segment(0xE1, head + tiff)
    chunk = lambda tiff: png.chunk(b"eXIf", tiff)
    return [
        jpeg_segment_case(
            "two EXIF segments in a JPEG, of which the first counts", 6, exif(six), exif(three)
        ),
        jpeg_segment_case("EXIF in a JPEG with another fill byte", 6, exif(six, b"Exif\0\xff")),
        jpeg_segment_case("XMP alone in a JPEG, which counts as none", 1, segment(0xE1, XMP)),
        jpeg_segment_case("EXIF of a JPEG cut short", 1, exif(six[:14])),
        png_chunk_case("two eXIf chunks, of which the first counts", 6, [chunk(six), chunk(three)]),
        png_chunk_case("eXIf with the head of a JPEG, which counts as none", 1, [chunk(b"Exif\0\0" + six)]),
        png_chunk_case("eXIf behind the pixels, which counts as none", 1, [], chunk(six)),
    ]


def cases():
    usual = [
        orientation_case(ending, container, write, value, little=at % 2 == 0)
        for ending, container, write in WRITERS
        for at, value in enumerate(VALUES)
    ]
    return usual + odd_cases()
