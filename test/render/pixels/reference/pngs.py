"""PNG files of every colour type and depth, with transparent colours, and with the chunks that say what colours mean."""

import light
import numpy as np
import png
from case import Case, chart, grey_ramp, grey_to_rgba, opaque, scene

PIXELS = "the pixels as written"
FORMULA = "formula of the chunks"
LINEAR = light.power(1)
SRGB, P3 = light.PRIMARIES["sRGB"], light.PRIMARIES["P3"]


def case(name, file, pixels, reference=PIXELS, bound="exact", group="PNG"):
    return Case(name, group, bound, "png", file, [np.ascontiguousarray(pixels)], reference)


def bound_of(depth):
    return "deep" if depth == 16 else "exact"


def greys(depth, width=50, height=10):
    """Samples of a depth: from 0 to the most."""
    most = (1 << depth) - 1
    return np.tile(np.round(np.linspace(0, most, width)).astype(int), (height, 1)), most


def grey_case(depth, **how):
    samples, most = greys(depth)
    named = ", interlaced" if how else ""
    shown = grey_to_rgba(np.round(samples * 255 / most).astype(np.uint8))
    return case(
        f"grey of {depth} bits{named}",
        png.write_png(samples, png.GREY, depth, **how),
        shown,
        bound=bound_of(depth),
    )


def clear_grey_case(depth):
    samples, most = greys(depth)
    clear = int(samples[0, 20])
    shown = grey_to_rgba(np.round(samples * 255 / most).astype(np.uint8))
    shown[samples == clear] = 0
    before = [png.chunk(b"tRNS", clear.to_bytes(2, "big"))]
    return case(
        f"grey of {depth} bits with tRNS",
        png.write_png(samples, png.GREY, depth, before),
        shown,
        bound=bound_of(depth),
    )


def clear_rgb_case(depth):
    """The transparent colour is one patch; a neighbour differs from it in one channel by one."""
    pixels = chart().astype(int) * (257 if depth == 16 else 1)
    clear = pixels[0, 24].copy()
    pixels[4:8, 0:4] = clear + [0, 0, 1]
    shown = opaque(np.round(pixels / (257 if depth == 16 else 1)))
    shown[(pixels == clear).all(axis=2)] = 0
    before = [png.chunk(b"tRNS", b"".join(int(one).to_bytes(2, "big") for one in clear))]
    return case(f"RGB of {depth} bits with tRNS", png.write_png(pixels, png.RGB, depth, before), shown)


def palette_case(depth, alphas=(), missing=0, name="", **how):
    count = (1 << depth) - missing
    colours = np.array(
        [((at * 97) % 256, (at * 57 + 20) % 256, 255 - at * 255 // count) for at in range(count)], np.uint8
    )
    samples = np.arange(40 * 24).reshape(24, 40) % count
    rgba = np.concatenate([colours, np.full((count, 1), 255, np.uint8)], axis=1)
    rgba[: len(alphas), 3] = alphas
    before = [png.palette_chunk(colours)] + ([png.chunk(b"tRNS", bytes(alphas))] if len(alphas) else [])
    file = png.write_png(samples, png.PALETTE, depth, before, **how)
    return case(f"palette of {depth} bits{name}", file, rgba[samples])


def beyond_case(depth, alphas=()):
    """Indices without a colour show the last one with its alpha, as in Chromium."""
    colours = np.array([(255, 0, 0), (0, 200, 90)][: depth], np.uint8)
    samples = np.arange(40 * 24).reshape(24, 40) % (1 << depth)
    rgba = np.concatenate([colours, np.full((len(colours), 1), 255, np.uint8)], axis=1)
    rgba[: len(alphas), 3] = alphas
    before = [png.palette_chunk(colours)] + ([png.chunk(b"tRNS", bytes(alphas))] if len(alphas) else [])
    file = png.write_png(samples, png.PALETTE, depth, before)
    name = f"palette of {depth} bits with indices beyond it, alphas {alphas}" if alphas else f"palette of {depth} bits with indices beyond it"
    return case(name, file, rgba[np.minimum(samples, len(colours) - 1)])


def palette_cases():
    depths = (1, 2, 4, 8)
    return [
        *[palette_case(depth) for depth in depths],
        *[palette_case(depth, [0, 128, 255, 30][: 1 << depth], name=" with tRNS") for depth in depths],
        *[palette_case(depth, missing=1, name=", not full") for depth in (2, 4, 8)],
        *[beyond_case(depth) for depth in depths],
        *[beyond_case(depth, alphas) for depth in (2, 8) for alphas in ([0], [255, 0], [0, 100])],
        *[palette_case(depth, [0], interlaced=True, name=" with tRNS, interlaced") for depth in depths],
    ]


def alpha_sweep():
    """Every alpha beside many colours."""
    pixels = scene(256, 24)
    alpha = np.tile(np.arange(256, dtype=np.uint8), (24, 1))
    return np.dstack([pixels, alpha])


def alpha_cases():
    sweep = alpha_sweep()
    grey_sweep = np.dstack([sweep[:, :, 1], sweep[:, :, 3]])
    from_grey = np.dstack([sweep[:, :, 1:2].repeat(3, axis=2), sweep[:, :, 3]])
    almost = sweep.copy()
    almost[:, :, 3] = np.where(almost[:, :, 3] > 100, 255, 254)
    return [
        case("RGBA with every alpha", png.write_png(sweep, png.RGBA), sweep),
        case("RGBA of 16 bits with every alpha", png.write_png(sweep.astype(int) * 257, png.RGBA, 16), sweep),
        case("grey and alpha", png.write_png(grey_sweep, png.GREY_ALPHA), from_grey),
        case(
            "grey and alpha of 16 bits",
            png.write_png(grey_sweep.astype(int) * 257, png.GREY_ALPHA, 16),
            from_grey,
        ),
        case("RGBA with alpha 254 and 255", png.write_png(almost, png.RGBA), almost),
        case("RGBA, interlaced", png.write_png(sweep, png.RGBA, interlaced=True), sweep),
        case(
            "RGBA, opaque",
            png.write_png(np.dstack([sweep[:, :, :3], np.full((24, 256), 255)]), png.RGBA),
            opaque(sweep[:, :, :3]),
        ),
    ]


def layout_cases():
    pixels = scene(37, 29)
    shown = opaque(pixels)
    every = (1, 2, 3, 4, 0)
    single = scene(1, 1)
    background = png.chunk(b"bKGD", bytes([0, 255, 0, 0, 0, 255]))
    sweep = alpha_sweep()
    return [
        *[
            case(f"RGB with filter {one}", png.write_png(pixels, png.RGB, filters=(one,)), shown)
            for one in range(5)
        ],
        case(
            "RGB of 16 bits with all filters",
            png.write_png(pixels.astype(int) * 257, png.RGB, 16, filters=every),
            shown,
        ),
        case(
            "RGB, interlaced, with all filters",
            png.write_png(pixels, png.RGB, interlaced=True, filters=every),
            shown,
        ),
        case("one pixel", png.write_png(single, png.RGB), opaque(single)),
        case("one pixel, interlaced", png.write_png(single, png.RGB, interlaced=True), opaque(single)),
        case(
            "a background colour, which browsers ignore",
            png.write_png(sweep, png.RGBA, before=[background]),
            sweep,
        ),
        case("data behind IEND", png.write_png(pixels, png.RGB) + b"more" * 50, shown),
    ]


def space_case(name, before, primaries, curve, depth=8, pixels=None):
    pixels = chart() if pixels is None else pixels
    scaled = pixels.astype(int) * (257 if depth == 16 else 1)
    shown = opaque(light.to_srgb(pixels, primaries, curve))
    return case(
        name, png.write_png(scaled, png.RGB, depth, before), shown, FORMULA, "colour", "Colour of PNG"
    )


SRGB_CHUNK = png.chunk(b"sRGB", b"\0")


def coded(primaries, curve, matrix=0, full=1):
    return png.chunk(b"cICP", bytes([primaries, curve, matrix, full]))


def gamma_cases():
    gammas = [
        space_case(f"gAMA {one}", [png.gamma_chunk(one)], SRGB, light.power(1 / one))
        for one in (1, 0.55556, 0.35)
    ]
    # Browsers take a gamma within 5 % of 1 / 2.2 as sRGB's curve, and cHRM alone counts as none.
    usual = [
        space_case(
            f"gAMA {one}, which browsers take as sRGB's", [png.gamma_chunk(one)], SRGB, light.srgb_to_linear
        )
        for one in (0.44, 0.45455, 0.47)
    ]
    alone = space_case(
        "cHRM alone, which counts as none", [png.primaries_chunk(P3)], SRGB, light.srgb_to_linear
    )
    both = [png.gamma_chunk(0.45455), png.primaries_chunk(P3)]
    plain = [png.gamma_chunk(0.45455), png.primaries_chunk(SRGB)]
    ramp = grey_ramp()
    linear_grey = grey_to_rgba(light.to_srgb(ramp[:, :, None].repeat(3, 2), SRGB, LINEAR)[:, :, 0])
    colours = chart(1).reshape(-1, 3)
    samples = np.arange(216).reshape(12, 18).repeat(4, axis=0).repeat(4, axis=1)
    indexed = png.write_png(samples, png.PALETTE, 8, [png.gamma_chunk(1), png.palette_chunk(colours)])
    sweep = alpha_sweep()
    clear = np.dstack([light.to_srgb(sweep[:, :, :3], SRGB, LINEAR), sweep[:, :, 3]])
    how = {"reference": FORMULA, "bound": "colour", "group": "Colour of PNG"}
    return [
        *gammas,
        *usual,
        alone,
        # PNG 3 names these two values for files that are sRGB, as a stand-in for its curve.
        space_case("gAMA and cHRM of sRGB", plain, SRGB, light.srgb_to_linear),
        space_case("gAMA and cHRM of Display P3", both, P3, light.power(2.2)),
        space_case(
            "gAMA 1 and cHRM of BT.2020",
            [png.gamma_chunk(1), png.primaries_chunk(light.PRIMARIES["2020"])],
            light.PRIMARIES["2020"],
            LINEAR,
        ),
        space_case("gAMA 1 of 16 bits", [png.gamma_chunk(1)], SRGB, LINEAR, 16),
        case("gAMA 1 of grey", png.write_png(ramp, png.GREY, 8, [png.gamma_chunk(1)]), linear_grey, **how),
        case("gAMA 1 of a palette", indexed, opaque(light.to_srgb(chart(), SRGB, LINEAR)), **how),
        case("gAMA 1 with alpha", png.write_png(sweep, png.RGBA, 8, [png.gamma_chunk(1)]), clear, **how),
    ]


def precedence_cases():
    from colours import PROFILES

    profile = PROFILES["Display P3"][0]
    icc = png.icc_chunk(profile)
    odd = png.gamma_chunk(1)
    same = light.srgb_to_linear
    return [
        space_case("sRGB before gAMA", [SRGB_CHUNK, odd], SRGB, same),
        space_case("sRGB behind gAMA", [odd, SRGB_CHUNK], SRGB, same),
        space_case("a profile before gAMA", [icc, odd], P3, same),
        space_case("a profile and sRGB", [icc, SRGB_CHUNK], P3, same),
        space_case("cICP of Display P3", [coded(12, 13)], P3, same),
        space_case("cICP of BT.709 with the curve of sRGB before a profile", [coded(1, 13), icc], SRGB, same),
        space_case("cICP of BT.2020 with a linear curve", [coded(9, 8)], light.PRIMARIES["2020"], LINEAR),
        space_case("cICP of Display P3 before gAMA and sRGB", [coded(12, 13), odd, SRGB_CHUNK], P3, same),
        space_case("cICP of Display P3, 16 bits", [coded(12, 13)], P3, same, 16),
        # Browsers show the curve of a camera with the one of a display, BT.1886.
        space_case("cICP of BT.709 with its curve", [coded(1, 1)], SRGB, light.power(2.4)),
        space_case(
            "cICP of BT.2020 with its curve", [coded(9, 14)], light.PRIMARIES["2020"], light.power(2.4)
        ),
        space_case(
            "two profiles, of which the first counts",
            [icc, png.icc_chunk(PROFILES["linear sRGB"][0])],
            P3,
            same,
        ),
        space_case("cICP of XYZ with the curve of cinemas", [coded(10, 17)], light.PRIMARIES["XYZ"], light.cinema),
        space_case("cICP of XYZ with the curve of sRGB", [coded(10, 13)], light.PRIMARIES["XYZ"], same),
        space_case("cICP of BT.2020 with the curve of cinemas", [coded(9, 17)], light.PRIMARIES["2020"], light.cinema),
        space_case("cICP of narrow range, which counts as none", [coded(12, 13, full=0)], SRGB, same),
        space_case("cICP with unknown codes, which counts as none", [coded(2, 2)], SRGB, same),
        space_case("gAMA 0, which counts as none", [png.chunk(b"gAMA", bytes(4))], SRGB, same),
        space_case("cICP with a matrix, which counts as none", [coded(12, 13, matrix=1)], SRGB, same),
    ]


def cases():
    depths = (1, 2, 4, 8, 16)
    grey = [one(depth) for one in (grey_case, clear_grey_case) for depth in depths]
    interlaced = [grey_case(depth, interlaced=True) for depth in depths]
    clear = [clear_rgb_case(8), clear_rgb_case(16)]
    return [
        *grey,
        *interlaced,
        *clear,
        *palette_cases(),
        *alpha_cases(),
        *layout_cases(),
        *gamma_cases(),
        *precedence_cases(),
    ]
