"""Pictures with a colour profile or with colour chunks, and four inks."""

import io

import icc
import jpeg
import light
import numpy as np
import png
import webp
from case import Case, chart, grey_ramp, grey_to_rgba, opaque
from PIL import Image

LCMS = "lcms: perceptual, no black point compensation"
FORMULA = "formula of the colour space"

table = np.linspace(0, 1, 1024)
PROFILES = {
    "Display P3": (icc.rgb_profile("P3", icc.SRGB_CURVE), "P3", light.srgb_to_linear),
    "Adobe RGB": (
        icc.rgb_profile("Adobe", icc.gamma_curve(563 / 256), 0x02400000),
        "Adobe",
        light.power(563 / 256),
    ),
    "ProPhoto": (
        icc.rgb_profile("ProPhoto", icc.gamma_curve(461 / 256), 0x02400000),
        "ProPhoto",
        light.power(461 / 256),
    ),
    "linear sRGB": (icc.rgb_profile("sRGB", icc.IDENTITY), "sRGB", light.power(1)),
    "BT.2020 with a curve of 1,024 points": (
        icc.rgb_profile("2020", icc.table_curve(light.bt709_to_linear(table))),
        "2020",
        light.bt709_to_linear,
    ),
    "sRGB": (icc.rgb_profile("sRGB", icc.SRGB_CURVE), "sRGB", light.srgb_to_linear),
}
TABLE_PROFILE = icc.table_profile(b"RGB ", 3, 9, lambda points: points[:, [1, 2, 0]] ** 2 * 0.8 + 0.05)
GREYS = {
    "gamma 2.2": (icc.grey_profile(icc.gamma_curve(563 / 256)), light.power(563 / 256)),
    "linear": (icc.grey_profile(icc.IDENTITY), light.power(1)),
}
INKS = icc.table_profile(b"CMYK", 4, 5, icc.inks)


def save(pixels, kind, mode="RGB", **how):
    out = io.BytesIO()
    Image.fromarray(pixels, mode).save(out, kind, **how)
    return out.getvalue()


def case(name, ending, file, pixels, reference, bound="colour"):
    return Case(name, "Colour", bound, ending, file, [pixels], reference)


def rgb_cases(name, profile):
    pixels = chart()
    shown = opaque(icc.apply_profile(pixels, profile, "RGB"))
    as_jpeg = save(pixels, "JPEG", quality=100, subsampling=0, icc_profile=profile)
    from_jpeg = opaque(icc.apply_profile(jpeg.decode(as_jpeg), profile, "RGB"))
    as_webp = webp.still_with(
        webp.encode(pixels, lossless=True), webp.ICC, before=[webp.chunk(b"ICCP", profile)]
    )
    as_png = png.write_png(pixels, png.RGB, before=[png.icc_chunk(profile)])
    return [
        case(f"PNG in {name}", "png", as_png, shown, LCMS),
        case(f"JPEG in {name}", "jpg", as_jpeg, from_jpeg, f"libjpeg-turbo, {LCMS}", "jpeg and colour"),
        case(f"WebP in {name}", "webp", as_webp, shown, LCMS),
    ]


def deep_case(name, profile, primaries, curve):
    """16 bits, with samples between those of 8."""
    pixels = chart().astype(int) * 257
    pixels[:, ::2] = np.minimum(pixels[:, ::2] + 100, 65_535)
    file = png.write_png(pixels, png.RGB, 16, [png.icc_chunk(profile)])
    shown = opaque(light.to_srgb(pixels, light.PRIMARIES[primaries], curve, 65_535))
    return case(f"PNG of 16 bits in {name}", "png", file, shown, FORMULA)


def palette_case():
    profile = PROFILES["Display P3"][0]
    colours = chart(1).reshape(-1, 3)
    pixels = np.arange(216).reshape(12, 18).repeat(4, axis=0).repeat(4, axis=1)
    before = [png.icc_chunk(profile), png.palette_chunk(colours)]
    shown = opaque(icc.apply_profile(chart(), profile, "RGB"))
    return case(
        "PNG with a palette in Display P3", "png", png.write_png(pixels, png.PALETTE, 8, before), shown, LCMS
    )


def alpha_case():
    profile = PROFILES["Display P3"][0]
    pixels = chart()
    alpha = np.tile(np.arange(pixels.shape[1]) * 255 // (pixels.shape[1] - 1), (pixels.shape[0], 1)).astype(
        np.uint8
    )
    file = png.write_png(np.dstack([pixels, alpha]), png.RGBA, before=[png.icc_chunk(profile)])
    shown = np.dstack([icc.apply_profile(pixels, profile, "RGB"), alpha])
    return case("PNG with alpha in Display P3", "png", file, shown, LCMS)


def animation_case():
    """A WebP of two frames whose profile counts for both."""
    profile = PROFILES["Display P3"][0]
    frames = [webp.Frame(webp.encode(one, lossless=True)) for one in (chart(2), chart(2)[::-1].copy())]
    plain = webp.write_animation((36, 24), frames)
    header = webp.extended(36, 24, webp.ANIMATION | webp.ALPHA | webp.ICC)
    file = webp.riff([header, webp.chunk(b"ICCP", profile), plain[12 + len(header) :]])
    return case(
        "animation with a profile", "webp", file, opaque(icc.apply_profile(chart(2), profile, "RGB")), LCMS
    )


def intent_cases():
    """Profiles whose header has a rendering intent that does not exist, as some of Adobe's for grey have."""
    swapped = lambda profile: [png.icc_chunk(profile[:64] + bytes([1, 0, 0, 0]) + profile[68:])]
    ramp, curve = grey_ramp(), light.power(1.5)
    grey_profile = icc.grey_profile(icc.gamma_curve(1.5), 0x02100000)
    grey = light.to_srgb(ramp[:, :, None].repeat(3, 2), light.PRIMARIES["sRGB"], curve)
    profile = PROFILES["Display P3"][0]
    shown = opaque(icc.apply_profile(chart(), profile, "RGB"))
    name = "PNG with a profile of an unknown intent"
    return [
        case(
            f"grey {name}",
            "png",
            png.write_png(ramp, png.GREY, 8, swapped(grey_profile)),
            opaque(grey),
            FORMULA,
        ),
        case(name, "png", png.write_png(chart(), png.RGB, 8, swapped(profile)), shown, LCMS),
    ]


def grey_cases(name, profile, curve):
    ramp = grey_ramp()
    deep = ramp.astype(int) * 257
    shown = grey_to_rgba(
        light.to_srgb(ramp[:, :, None].repeat(3, 2), light.PRIMARIES["sRGB"], curve)[:, :, 0]
    )
    from_icc = [png.icc_chunk(profile)]
    as_jpeg = save(ramp, "JPEG", "L", quality=100, icc_profile=profile)
    decoded = jpeg.decode(as_jpeg, "L")[:, :, None].repeat(3, 2)
    from_jpeg = opaque(light.to_srgb(decoded, light.PRIMARIES["sRGB"], curve))
    return [
        case(
            f"grey PNG with a profile, {name}",
            "png",
            png.write_png(ramp, png.GREY, 8, from_icc),
            shown,
            FORMULA,
        ),
        case(
            f"grey PNG of 16 bits with a profile, {name}",
            "png",
            png.write_png(deep, png.GREY, 16, from_icc),
            shown,
            FORMULA,
        ),
        case(
            f"grey JPEG with a profile, {name}",
            "jpg",
            as_jpeg,
            from_jpeg,
            f"libjpeg-turbo, {FORMULA}",
            "jpeg and colour",
        ),
    ]


def ink_planes(pixels):
    """216 mixtures of inks: the chart's colours are C, M and Y, and K rises from left to right."""
    black = np.tile(np.arange(pixels.shape[1]) * 160 // pixels.shape[1], (pixels.shape[0], 1))
    return np.dstack([pixels, black]).astype(np.uint8)


def ycck(inks):
    """Adobe's YCCK: libjpeg takes C, M and Y from 255 less the red, green and blue of YCbCr, and Adobe stores all inverted."""
    return [*jpeg.ycc(inks[:, :, :3]), 255 - inks[:, :, 3]]


def naive(inks):
    """What browsers show without a profile: each ink takes its part of the light."""
    amount = inks.astype(float) / 255
    return opaque(np.round(255 * (1 - amount[:, :, :3]) * (1 - amount[:, :, 3:])).astype(np.uint8))


def ink_cases():
    pixels = ink_planes(chart())
    inverted = 255 - pixels
    size = pixels.shape[:2]
    whole = [(1, 1)] * 4
    profile = jpeg.icc_segments(INKS)
    planes = list(np.moveaxis(inverted, 2, 0))
    with_adobe = lambda transform, samples, more=(): jpeg.write_jpeg(
        jpeg.planes_of(samples, whole), size, [jpeg.adobe(transform), *more]
    )
    shown = opaque(icc.apply_profile(pixels, INKS, "CMYK"))
    reference = f"the inks, {LCMS}"
    formula = "the inks, each takes its part of the light"
    plain = jpeg.write_jpeg(jpeg.planes_of(planes, whole), size)
    return [
        case("CMYK JPEG with its profile", "jpg", with_adobe(0, planes, profile), shown, reference, "inks"),
        case(
            "YCCK JPEG with its profile",
            "jpg",
            with_adobe(2, ycck(pixels), profile),
            shown,
            reference,
            "inks",
        ),
        case(
            "CMYK JPEG without a profile",
            "jpg",
            with_adobe(0, planes),
            naive(pixels),
            formula,
            "inks without a profile",
        ),
        case(
            "YCCK JPEG without a profile",
            "jpg",
            with_adobe(2, ycck(pixels)),
            naive(pixels),
            formula,
            "inks without a profile",
        ),
        case(
            "CMYK JPEG without a profile or an Adobe marker",
            "jpg",
            plain,
            naive(pixels),
            formula,
            "inks without a profile",
        ),
    ]


def profile_cases():
    """Profiles in parts, in another order, and such that do not fit."""
    profile = PROFILES["Display P3"][0]
    pixels = chart()
    plain = save(pixels, "JPEG", quality=100, subsampling=0)
    parts = jpeg.icc_segments(profile, 200)
    decoded = jpeg.decode(plain)
    shown = opaque(icc.apply_profile(decoded, profile, "RGB"))
    with_profile = lambda name, other: case(
        name,
        "png",
        png.write_png(pixels, png.RGB, before=[png.icc_chunk(other)]),
        opaque(pixels),
        "the pixels as written",
        "exact",
    )
    both = f"libjpeg-turbo, {LCMS}"
    return [
        case(
            f"JPEG with a profile in {len(parts)} segments",
            "jpg",
            jpeg.insert(plain, parts),
            shown,
            both,
            "jpeg and colour",
        ),
        case(
            "JPEG with the segments of a profile in reverse",
            "jpg",
            jpeg.insert(plain, parts[::-1]),
            shown,
            both,
            "jpeg and colour",
        ),
        case(
            "JPEG with a segment of its profile missing",
            "jpg",
            jpeg.insert(plain, parts[1:]),
            opaque(decoded),
            "libjpeg-turbo",
            "jpeg",
        ),
        with_profile("PNG in colour with a profile for grey, which counts as none", GREYS["linear"][0]),
        with_profile("PNG in colour with a profile for inks, which counts as none", INKS),
        with_profile("PNG with a profile of zeros, which counts as none", bytes(400)),
        with_profile("PNG with half a profile, which counts as none", profile[: len(profile) // 2]),
    ]


def cases():
    rgb = [one for name, (profile, _, _) in PROFILES.items() for one in rgb_cases(name, profile)]
    deep = [deep_case(name, *colours) for name, colours in PROFILES.items()]
    grey = [one for name, colours in GREYS.items() for one in grey_cases(name, *colours)]
    by_table = rgb_cases("a profile with a table", TABLE_PROFILE)
    return [
        *rgb,
        *deep,
        *by_table,
        palette_case(),
        alpha_case(),
        animation_case(),
        *grey,
        *profile_cases(),
        *intent_cases(),
        *ink_cases(),
    ]
