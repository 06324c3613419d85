"""GIF stills and animations: what a frame leaves behind, where it lies, how it is coded, how long and how often it shows."""

import gif
import numpy as np
from case import Case
from gif import BACKGROUND, KEEP, PREVIOUS, Frame

SPECIFICATION = "composed by hand, with the rules of browsers"
RED, GREEN, BLUE, WHITE = (220, 30, 40), (30, 180, 60), (40, 60, 210), (250, 250, 240)
PALETTE = [RED, GREEN, BLUE, WHITE]
SIZE = (24, 16)
CLEAR = 3


def patch(width, height, index=None):
    """One colour, or three in stripes."""
    if index is not None:
        return np.full((height, width), index)
    return np.tile(np.arange(width) * 3 // width, (height, 1))


def holed(width, height, index):
    """One colour with the transparent index in a checkerboard of 2 pixels."""
    y, x = np.mgrid[0:height, 0:width]
    return np.where((x // 2 + y // 2) % 2 == 0, index, CLEAR)


WHOLE = patch(*SIZE)


def shown_for(delay):
    """Milliseconds. Browsers show 0 and 1 hundredths for 100 ms."""
    return 100 if delay < 2 else delay * 10


def plays_of(loop):
    """The extension counts repetitions; 0 is endless, and without it the animation plays once."""
    return 1 if loop is None else loop + 1 if loop else 0


def case(name, frames, size=SIZE, palette=PALETTE, bound=None, **how):
    file = gif.write_gif(size, frames, palette, **how)
    shown = gif.compose(size, frames, palette)
    animated = len(frames) > 1
    delays = [shown_for(10 if frame.plain else frame.delay) for frame in frames] if animated else []
    plays = plays_of(how.get("loop", 0)) if animated else 1
    recipe = "format,f_gif" if animated else "format,f_png"
    bound = bound or ("palette" if animated else "exact")
    return Case(name, "GIF", bound, "gif", file, shown, SPECIFICATION, recipe, delays, plays)


def disposal_cases():
    """Three frames in the middle and in corners, with holes, after each disposal."""
    for disposal in range(8):
        name = f"disposal {disposal}" if disposal < 4 else f"disposal {disposal}, which is not defined"
        yield case(
            name,
            [
                Frame(WHOLE, transparent=CLEAR, disposal=KEEP),
                Frame(holed(12, 8, 1), 4, 2, transparent=CLEAR, disposal=disposal),
                Frame(holed(10, 10, 2), 10, 4, transparent=CLEAR, disposal=disposal),
                Frame(patch(4, 4, 0), 18, 10, transparent=CLEAR),
            ],
        )
        yield case(
            f"{name}, on a first frame that fills the canvas",
            [
                Frame(WHOLE, transparent=CLEAR, disposal=disposal),
                Frame(patch(8, 8, 2), 8, 4, transparent=CLEAR),
            ],
        )
    yield case(
        "disposals 3, 2, 1, 3",
        [
            Frame(WHOLE, transparent=CLEAR, disposal=PREVIOUS),
            Frame(holed(16, 12, 1), 0, 0, transparent=CLEAR, disposal=BACKGROUND),
            Frame(patch(8, 8, 2), 12, 6, transparent=CLEAR, disposal=KEEP),
            Frame(holed(8, 8, 0), 6, 6, transparent=CLEAR, disposal=PREVIOUS),
            Frame(patch(2, 2, 1), 0, 0, transparent=CLEAR),
        ],
    )


def opaque_cases():
    """No frame has a transparent index, but some pixels are never drawn, or are cleared."""
    part = [Frame(patch(12, 8, 0), 6, 4), Frame(patch(6, 4, 1), 9, 6)]
    full = [(at, 255 - at, (at * 7) % 256) for at in range(256)]
    every = np.arange(12 * 24).reshape(12, 24) % 256
    small = Frame(every[:, :22], 1, 2)
    return [
        case("a first frame smaller than the canvas, no transparent index", part),
        case("a still smaller than the canvas, no transparent index", part[:1]),
        case(
            "disposal 2 without a transparent index",
            [Frame(WHOLE, disposal=BACKGROUND), Frame(patch(6, 4, 1), 9, 6)],
        ),
        case(
            "disposal 2 of a small frame without a transparent index",
            [Frame(WHOLE), Frame(patch(12, 8, 1), 4, 4, disposal=BACKGROUND), Frame(patch(6, 4, 2), 0, 0)],
        ),
        case(
            "disposal 3 without a transparent index",
            [Frame(WHOLE), Frame(patch(12, 8, 1), 4, 4, disposal=PREVIOUS), Frame(patch(6, 4, 2), 0, 0)],
        ),
        case("a background colour and a first frame smaller than the canvas", part, background=2),
        case("a still of 256 colours smaller than the canvas", [small], palette=full),
        case(
            "256 colours smaller than the canvas, no transparent index",
            [small, Frame(every[:4, :8], 8, 6)],
            palette=full,
        ),
        case(
            "disposal 2 of 256 colours, no transparent index",
            [Frame(np.arange(384).reshape(16, 24) % 256, disposal=BACKGROUND), Frame(every[:4, :8], 8, 6)],
            palette=full,
            bound="256 colours",
        ),
        case(
            "frames without a control extension",
            [Frame(WHOLE, plain=True), Frame(patch(6, 4, 2), 2, 2, plain=True)],
        ),
    ]


def place_cases():
    return [
        case("a frame partly outside, right and below", [Frame(WHOLE), Frame(patch(12, 12, 1), 18, 10)]),
        case(
            "a frame completely outside",
            [Frame(WHOLE), Frame(patch(4, 4, 1), 40, 40), Frame(patch(4, 4, 2), 2, 2)],
        ),
        case("a later frame larger than the canvas", [Frame(WHOLE), Frame(patch(40, 30))]),
        case(
            "a frame outside with disposal 2",
            [Frame(WHOLE), Frame(patch(12, 12, 1), 18, 10, disposal=BACKGROUND), Frame(patch(2, 2, 0))],
        ),
        case("a first frame larger than the canvas", [Frame(patch(30, 20)), Frame(patch(12, 12, 1), 20, 10)]),
        case(
            "a first frame that reaches out of the canvas",
            [Frame(patch(24, 16), 6, 4), Frame(patch(12, 12, 1), 0, 0)],
        ),
        case("a still larger than the canvas", [Frame(patch(30, 20))]),
        case("a still that reaches out of the canvas", [Frame(patch(24, 16), 6, 4)]),
        case("a canvas of 0×0", [Frame(WHOLE), Frame(patch(4, 4, 1), 2, 2)], size=(0, 0)),
        case("a still on a canvas of 0×0", [Frame(WHOLE)], size=(0, 0)),
        case("a still on a canvas of 640×480", [Frame(WHOLE)], size=(640, 480)),
        case("a still on a canvas of 2,100×20", [Frame(WHOLE)], size=(2_100, 20)),
        case("a frame of one pixel", [Frame(WHOLE), Frame(patch(1, 1, 0), 23, 15)]),
        case("a canvas of one pixel", [Frame(patch(1, 1, 2)), Frame(patch(1, 1, 1))], size=(1, 1)),
    ]


def colour_cases():
    other = [(10, 10, 10), (200, 100, 0)]
    two = [(255, 200, 0), (0, 90, 120), (60, 60, 60)]
    wide = np.arange(24 * 16).reshape(16, 24)
    full = [(at, (at * 3) % 256, 255 - at) for at in range(256)]
    frames = [
        Frame(WHOLE),
        Frame(patch(8, 8, 1), 4, 4, palette=other),
        Frame(patch(8, 8), 10, 4, palette=two),
    ]
    local = [Frame(WHOLE, palette=PALETTE), Frame(patch(8, 8, 1), 4, 4, palette=other)]
    return [
        case("local palettes", frames),
        case("local palettes and no global one", local, palette=None),
        case("a still with a local palette only", local[:1], palette=None),
        case("two colours", [Frame(patch(*SIZE, 0)), Frame(patch(8, 8, 1), 4, 4)], palette=other),
        case("256 colours", [Frame(wide % 256), Frame((wide * 5) % 256)], palette=full, bound="256 colours"),
        case(
            "a transparent index beyond the palette",
            [Frame(WHOLE, transparent=200), Frame(patch(8, 8, 1), 4, 4, transparent=200)],
        ),
        case("pixels beyond the palette", [Frame(wide % 8), Frame(patch(8, 8, 1), 4, 4)], palette=PALETTE),
        case("a still with pixels beyond the palette", [Frame(wide % 8)], palette=PALETTE),
        case("a still with a transparent index", [Frame(holed(*SIZE, 1), transparent=CLEAR)]),
        case("a still that is all transparent", [Frame(patch(*SIZE, CLEAR), transparent=CLEAR)]),
    ]


def coding_cases():
    noise = np.random.default_rng(7).integers(0, 256, (96, 128))
    grey = [(at, at, at) for at in range(256)]
    large = (128, 96)
    tall = patch(24, 13)
    tall[5:8] = 3
    return [
        case(
            "interlaced", [Frame(wave(), interlaced=True), Frame(wave()[2:13, 4:20], 3, 4, interlaced=True)]
        ),
        case(
            "interlaced, reaching out below",
            [Frame(wave(), interlaced=True), Frame(wave(), 3, 5, interlaced=True)],
        ),
        case("interlaced, 13 rows", [Frame(tall, interlaced=True)], size=(24, 13)),
        case("interlaced, one row", [Frame(patch(24, 1), interlaced=True)], size=(24, 1)),
        case("a full table of codes, cleared", [Frame(noise)], large, grey),
        case("a full table of codes, kept", [Frame(noise)], large, grey, deferred=True),
        case("codes of more bits than the colours need", [Frame(WHOLE, code_bits=8)]),
        case("data without an end code", [Frame(WHOLE, ended=False)]),
        case(
            "data without an end code, filling its last byte",
            [Frame(patch(1, 1, 2), ended=False, code_bits=3)],
            size=(1, 1),
        ),
        case("data without a clear code", [Frame(WHOLE, begun=False)]),
        case("GIF87a", [Frame(WHOLE, plain=True)], version=b"GIF87a", loop=None),
        case(
            "a comment and an unknown extension",
            [Frame(WHOLE)],
            extra=b"\x21\xfe\x05hello\0\x21\x99\x03abc\0",
        ),
    ]


def wave():
    y, x = np.mgrid[0:16, 0:24]
    return (y + x // 5) % 4


def time_cases():
    loops = {0: "endless", 1: "2 plays", 2: "3 plays", 65_534: "65,535 plays", None: "no loop extension"}
    delays = (0, 1, 2, 3, 100, 6_553, 65_535)
    pair = lambda delay: [Frame(WHOLE, delay=delay), Frame(patch(8, 8, 1), 4, 4, delay=delay)]
    two = [Frame(WHOLE, delay=0), Frame(patch(8, 8, 1), 4, 4, delay=50), Frame(patch(8, 8, 2), 8, 4, delay=7)]
    return [
        *[case(f"loop: {name}", pair(10), loop=count) for count, name in loops.items()],
        # One play more than other formats can say.
        case("loop: 65,536 plays", pair(10), loop=65_535, bound="longest loop"),
        *[case(f"delay {one}", pair(one), bound=None if one < 6_554 else "longest delay") for one in delays],
        case("delays 0, 50 and 7", two),
    ]


def cases():
    return [
        *disposal_cases(),
        *opaque_cases(),
        *place_cases(),
        *colour_cases(),
        *coding_cases(),
        *time_cases(),
    ]
