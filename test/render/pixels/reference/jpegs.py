"""JPEG files of every sampling and coding, and with odd markers. libjpeg-turbo decodes them, through Pillow."""

import io
import os
import subprocess

import jpeg
import numpy as np
from case import Case, chart, grey_ramp, grey_to_rgba, opaque, scene
from PIL import Image

TURBO = "libjpeg-turbo"
SIZE = (61, 83)
SAMPLINGS = {
    "4:4:4": [(1, 1), (1, 1), (1, 1)],
    "4:2:2": [(2, 1), (1, 1), (1, 1)],
    "4:2:0": [(2, 2), (1, 1), (1, 1)],
    "4:4:0": [(1, 2), (1, 1), (1, 1)],
    "4:1:1": [(4, 1), (1, 1), (1, 1)],
    "4:1:0": [(4, 2), (1, 1), (1, 1)],
    "4:4:1": [(1, 4), (1, 1), (1, 1)],
    "3×1": [(3, 1), (1, 1), (1, 1)],
    "1×3": [(1, 3), (1, 1), (1, 1)],
    "4:2:2 written as 2×2, 1×2, 1×2": [(2, 2), (1, 2), (1, 2)],
    "4:4:0 written as 2×2, 2×1, 2×1": [(2, 2), (2, 1), (2, 1)],
    "4:4:4 written as 1×2, 1×2, 1×2": [(1, 2), (1, 2), (1, 2)],
    "Cb halved across and Cr down": [(2, 2), (1, 2), (2, 1)],
    "Cb at full size and Cr halved": [(2, 2), (2, 2), (1, 1)],
    "Y smaller than Cb and Cr": [(1, 1), (2, 2), (2, 2)],
}


def picture():
    """Slopes, fine lines in light, and edges in colour."""
    pixels = scene(SIZE[1], SIZE[0]).astype(int)
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    return np.clip(pixels + 20 * ((x // 2 + y // 3) % 2)[:, :, None], 0, 255).astype(np.uint8)


def case(name, file, pixels=None, bound="jpeg", reference=TURBO):
    shown = opaque(jpeg.decode(file)) if pixels is None else pixels
    return Case(name, "JPEG", bound, "jpg", file, [shown], reference)


def written(samplings=SAMPLINGS["4:4:4"], samples=None, numbers=(1, 2, 3), segments=(jpeg.JFIF,), **how):
    samples = jpeg.ycc(picture()) if samples is None else samples
    return jpeg.write_jpeg(jpeg.planes_of(samples, samplings, numbers), SIZE, segments, **how)


def sampling_cases():
    return [case(f"sampling {name}", written(samplings)) for name, samplings in SAMPLINGS.items()]


def restart_cases():
    wide = SAMPLINGS["4:2:0"]
    return [
        *[case(f"a restart marker every {every} MCUs", written(wide, restart=every)) for every in (1, 3, 6)],
        case("a restart interval longer than the picture", written(wide, restart=1_000)),
        case("one scan per component", written(wide, apart=True)),
        case("one scan per component with restart markers", written(wide, apart=True, restart=5)),
        case("a quantiser of 16 bits", written(quantiser=300, deep_table=True)),
        case("a coarse quantiser", written(wide, quantiser=60)),
    ]


def colour_model_cases():
    """The pixels are known, because the quantiser is 1: JFIF, Adobe and the numbers of components say what they mean."""
    rgb = picture()
    planes = list(np.moveaxis(rgb, 2, 0))
    ramp = np.tile(np.resize(grey_ramp(), (1, SIZE[1])), (SIZE[0], 1)).astype(np.uint8)
    letters = (ord("R"), ord("G"), ord("B"))
    exact = {"pixels": opaque(rgb), "bound": "jpeg of known pixels", "reference": "the pixels as written"}
    return [
        case("YCbCr with JFIF", written(), **exact),
        case("YCbCr without JFIF or Adobe", written(segments=()), **exact),
        case("YCbCr with an Adobe marker", written(segments=(jpeg.adobe(1),)), **exact),
        case(
            "YCbCr with JFIF and an Adobe marker that says RGB", written(segments=(jpeg.JFIF, jpeg.adobe(0)))
        ),
        case("RGB with an Adobe marker", written(samples=planes, segments=(jpeg.adobe(0),)), **exact),
        case(
            "RGB by the letters of its components",
            written(samples=planes, numbers=letters, segments=()),
            **exact,
        ),
        case(
            "RGB with an Adobe marker, colours halved",
            written(SAMPLINGS["4:2:0"], planes, segments=(jpeg.adobe(0),)),
        ),
        case("an Adobe marker with an unknown model", written(segments=(jpeg.adobe(7),)), **exact),
        case("an Adobe marker that is too long", written(segments=(jpeg.adobe(1, bytes(20)),)), **exact),
        case(
            "an Adobe marker that is too short", written(segments=(jpeg.segment(0xEE, b"Adobe\0d"),)), **exact
        ),
        case("two Adobe markers", written(samples=planes, segments=(jpeg.adobe(1), jpeg.adobe(0))), **exact),
        case("components numbered 0, 1, 2", written(numbers=(0, 1, 2), segments=()), **exact),
        case(
            "grey",
            written([(1, 1)], [ramp]),
            grey_to_rgba(ramp),
            "jpeg of known pixels",
            "the pixels as written",
        ),
        case(
            "grey with sampling 2×2",
            written([(2, 2)], [ramp]),
            grey_to_rgba(ramp),
            "jpeg of known pixels",
            "the pixels as written",
        ),
    ]


def before_each_marker(file, filler):
    """The same JPEG with bytes before each marker from its second segment to its scan."""
    first = 2 + 2 + int.from_bytes(file[4:6], "big")
    at, out = first, bytearray(file[:first])
    while file[at + 1] != 0xDA:
        size = 2 + int.from_bytes(file[at + 2 : at + 4], "big")
        out += filler + file[at : at + size]
        at += size
    return bytes(out + filler + file[at:])


def stream_cases():
    plain = written(SAMPLINGS["4:2:0"])
    comment = jpeg.segment(0xFE, b"a comment" * 1_000)
    unknown = [jpeg.segment(0xE0 + at, b"unknown\0" * 9) for at in range(3, 13)]
    two = plain[:-2] + b"\xff\xd9" + plain
    return [
        case("fill bytes before each marker", before_each_marker(plain, b"\xff" * 5)),
        # Pillow's own parser of headers refuses the junk, which libjpeg-turbo skips.
        case("junk before each marker", before_each_marker(plain, b"\0junk"), opaque(jpeg.decode(plain))),
        case("a comment of 9,000 bytes", jpeg.insert(plain, [comment])),
        case("segments of ten applications", jpeg.insert(plain, unknown)),
        case(
            "a padded header: 60 KB of zeros in a segment",
            jpeg.insert(plain, [jpeg.segment(0xEF, bytes(60_000))]),
        ),
        case("data behind the end", plain + b"\0trailing" * 100),
        case("a second picture behind the end", two),
    ]


def saved(pixels, **how):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **how)
    return out.getvalue()


def pillow_cases():
    pixels = picture()
    names = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}
    progressive = [
        case(f"progressive, {name}", saved(pixels, quality=90, progressive=True, subsampling=at))
        for at, name in names.items()
    ]
    qualities = [case(f"quality {one}", saved(pixels, quality=one)) for one in (1, 10, 50, 75, 95, 100)]
    ramp = np.resize(grey_ramp(), SIZE).astype(np.uint8)
    return [
        *progressive,
        *qualities,
        case("progressive, grey", saved(ramp, quality=90, progressive=True)),
        case(
            "restart markers every row, progressive", saved(pixels, progressive=True, restart_marker_rows=1)
        ),
        case("the chart of 216 colours in 4:2:0", saved(chart(), quality=95, subsampling=2)),
    ]


def cjpeg(*options):
    """A JPEG by cjpeg of libjpeg-turbo, which Pillow cannot ask to code so."""
    out = io.BytesIO()
    Image.fromarray(picture()).save(out, "PPM")
    environment = os.environ | {"LD_LIBRARY_PATH": os.environ["CJPEG_LIBRARIES"]}
    command = [os.environ["CJPEG"], "-quality", "90", *options]
    return subprocess.run(
        command, input=out.getvalue(), capture_output=True, check=True, env=environment
    ).stdout


def arithmetic_cases():
    return [
        case("arithmetic coding", cjpeg("-arithmetic")),
        case("arithmetic coding, progressive", cjpeg("-arithmetic", "-progressive")),
        case("arithmetic coding with restart markers", cjpeg("-arithmetic", "-restart", "1")),
        case("arithmetic coding, 4:4:4", cjpeg("-arithmetic", "-sample", "1x1")),
        case("RGB by cjpeg", cjpeg("-rgb")),
    ]


def cases():
    coded = [*restart_cases(), *pillow_cases(), *arithmetic_cases()]
    return [*sampling_cases(), *coded, *colour_model_cases(), *stream_cases()]
