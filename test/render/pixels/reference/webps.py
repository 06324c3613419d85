"""WebP stills and animations: lossy, lossless, with alpha, blended, disposed, at offsets, with times."""

import numpy as np
import webp
from case import Case, chart, opaque, scene, tile
from webp import Frame

SPECIFICATION = "frames by libwebp, composed by hand"
LIBWEBP = "libwebp"
SIZE = (48, 32)


def still_case(name, file):
    return Case(name, "WebP", "exact", "webp", file, [webp.decode(file)], LIBWEBP)


def slope_of_alpha(width, height):
    return np.tile((np.arange(width) * 255 // (width - 1)).astype(np.uint8), (height, 1))


def clear_scene(width=48, height=32):
    return np.dstack([scene(width, height), slope_of_alpha(width, height)])


def raw_alpha(pixels):
    """Lossy with alpha that is not compressed, once as it is and once filtered: section 2.7.1.2."""
    chunks = webp.picture_chunks(webp.encode(pixels[:, :, :3].copy(), quality=80))
    height, width = pixels.shape[:2]
    alpha = pixels[:, :, 3].astype(int)
    left = np.diff(alpha, axis=1, prepend=0)
    left[1:, 0] = np.diff(alpha[:, 0])
    parts = {"not compressed": (0, alpha), "not compressed, filtered across": (4, left % 256)}
    for name, (flags, data) in parts.items():
        alph = webp.chunk(b"ALPH", bytes([flags]) + data.astype(np.uint8).tobytes())
        yield still_case(
            f"lossy with alpha, {name}", webp.riff([webp.extended(width, height, webp.ALPHA), alph, *chunks])
        )


def still_cases():
    pixels = scene(53, 37)
    clear = clear_scene(53, 37)
    lossy = webp.encode(pixels, quality=80)
    return [
        still_case("lossy", lossy),
        still_case("lossy, quality 5", webp.encode(pixels, quality=5)),
        still_case("lossy, quality 100", webp.encode(pixels, quality=100)),
        still_case("lossy, one pixel", webp.encode(scene(1, 1), quality=80)),
        still_case("lossless", webp.encode(pixels, lossless=True)),
        still_case("lossless, the chart of 216 colours", webp.encode(chart(), lossless=True)),
        still_case("lossless with every alpha", webp.encode(clear_scene(256, 9), lossless=True)),
        still_case("lossless, few colours", webp.encode(tile((9, 99, 199, 120), 31, 7), lossless=True)),
        still_case("lossless, one pixel", webp.encode(clear_scene(2, 1)[:, :1], lossless=True)),
        still_case("lossy with alpha", webp.encode(clear, quality=80)),
        still_case("lossy with lossy alpha", webp.encode(clear, quality=80, alpha_quality=20)),
        still_case("lossy with opaque alpha", webp.encode(opaque(pixels), quality=80)),
        still_case("lossy in the extended form", webp.still_with(lossy, 0)),
        still_case(
            "lossy with alpha that the header does not announce",
            webp.still_with(webp.encode(clear, quality=80), 0),
        ),
        *raw_alpha(clear),
    ]


def shown_for(milliseconds):
    """Browsers show a frame of at most 10 ms for 100 ms."""
    return 100 if milliseconds <= 10 else milliseconds


def animation_case(name, frames, size=SIZE, loop=0, bound="palette", recipe="format,f_gif", **how):
    file = webp.write_animation(size, frames, loop, **how)
    delays = [shown_for(frame.milliseconds) for frame in frames] if len(frames) > 1 else []
    return Case(
        name, "WebP", bound, "webp", file, webp.compose(size, frames), SPECIFICATION, recipe, delays, loop
    )


def lossless(pixels):
    return webp.encode(pixels, lossless=True)


BASE = lossless(tile((220, 30, 40, 255), *SIZE))
GREEN = lossless(tile((30, 180, 60, 255), 16, 16))
BLUE = lossless(tile((40, 60, 210, 255), 16, 16))
FAINT = lossless(tile((40, 60, 210, 100), 32, 16))
LEAST = lossless(tile((250, 250, 250, 1), 16, 16))


def holed():
    pixels = tile((250, 220, 20, 255), 16, 16)
    pixels[::2, ::2, 3] = 0
    return lossless(pixels)


def opaque_animations():
    """Pixels are opaque or transparent, so an answer in GIF keeps all."""
    hole = holed()
    for blend in (True, False):
        for dispose in (True, False):
            name = f"{'blended' if blend else 'not blended'}, {'disposed' if dispose else 'kept'}"
            frames = [Frame(BASE), Frame(hole, 8, 6, blend=blend, dispose=dispose), Frame(GREEN, 20, 10)]
            yield animation_case(name, frames)
            first = [
                Frame(hole, 8, 6, blend=blend, dispose=dispose),
                Frame(GREEN, 20, 10, blend=blend),
                Frame(BLUE, 32, 16),
            ]
            yield animation_case(f"{name}, a first frame smaller than the canvas", first)
    yield animation_case(
        "a background colour, which browsers ignore",
        [Frame(GREEN, 8, 8), Frame(BLUE, 20, 8)],
        background=(10, 200, 10, 255),
    )
    yield animation_case(
        "at the right and the lower edge", [Frame(BASE), Frame(GREEN, 32, 16), Frame(BLUE, 0, 16)]
    )
    yield animation_case("opaque, no alpha announced", [Frame(BASE), Frame(GREEN, 8, 8)], alpha=False)


def faint_animations():
    """Alpha between: the answer is a lossy WebP, because GIF has none."""
    how = {"bound": "lossy answer", "recipe": "quality,q_100__op__format,f_webp"}
    for blend in (True, False):
        for dispose in (True, False):
            name = (
                f"alpha between, {'blended' if blend else 'not blended'}, {'disposed' if dispose else 'kept'}"
            )
            frames = [
                Frame(BASE),
                Frame(FAINT, 0, 0, blend=blend, dispose=dispose),
                Frame(FAINT, 16, 16, blend=blend),
            ]
            yield animation_case(name, frames, **how)
    yield animation_case(
        "alpha between over alpha between", [Frame(FAINT), Frame(FAINT, 16, 0), Frame(LEAST, 16, 0)], **how
    )


def lossy_animations():
    how = {"bound": "lossy answer", "recipe": "quality,q_100__op__format,f_webp"}
    slope = webp.encode(scene(*SIZE), quality=90)
    clear = webp.encode(np.dstack([scene(32, 16), slope_of_alpha(32, 16)]), quality=90)
    return [
        animation_case(
            "lossy frames", [Frame(slope), Frame(webp.encode(scene(16, 16), quality=90), 16, 8)], **how
        ),
        animation_case(
            "lossy frames with alpha",
            [Frame(slope), Frame(clear, 16, 16), Frame(clear, 0, 0, blend=False)],
            **how,
        ),
        animation_case("a lossless frame over a lossy one", [Frame(slope), Frame(FAINT, 8, 8)], **how),
    ]


def time_cases():
    pair = lambda time: [Frame(BASE, milliseconds=time), Frame(GREEN, 16, 16, milliseconds=time)]
    how = {"recipe": "quality,q_100__op__format,f_webp", "bound": "lossy answer"}
    times = (0, 1, 10, 11, 40, 65_535)
    return [
        *[
            animation_case(f"plays: {loop or 'endless'}", pair(100), loop=loop, **how)
            for loop in (0, 1, 2, 65_535)
        ],
        *[animation_case(f"{time} ms a frame", pair(time), **how) for time in times],
        animation_case(
            "the longest delay, 16,777,215 ms", pair(0xFFFFFF), **(how | {"bound": "longest delay"})
        ),
        animation_case("one frame", [Frame(BASE)], loop=1, recipe="format,f_png", bound="exact"),
    ]


def cases():
    return [*still_cases(), *opaque_animations(), *faint_animations(), *lossy_animations(), *time_cases()]
