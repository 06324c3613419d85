"""Writes colour profiles: https://www.color.org/specification/ICC.1-2022-05.pdf. lcms applies them, through Pillow."""

import io
import struct

import numpy as np
from light import D50_XYZ, PRIMARIES, matrix_to_d50
from PIL import Image, ImageCms

D50 = tuple(D50_XYZ)


def fixed(value):
    return struct.pack(">i", round(value * 65_536))


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(fixed(one) for one in values)


def gamma_curve(exponent):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def table_curve(values):
    data = (
        b"curv\0\0\0\0"
        + struct.pack(">I", len(values))
        + np.round(np.asarray(values) * 65_535).astype(">u2").tobytes()
    )
    return data + bytes(-len(data) % 4)


IDENTITY = b"curv\0\0\0\0\0\0\0\0"
# Type 3 with the numbers of sRGB.
SRGB_CURVE = (
    b"para\0\0\0\0"
    + struct.pack(">HH", 3, 0)
    + b"".join(fixed(one) for one in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)


def write_profile(space, tags, version=0x04400000, pcs=b"XYZ ", kind=b"mntr"):
    place = 128 + 4 + 12 * len(tags)
    entries, body = [], b""
    for name, data in tags:
        data += bytes(-len(data) % 4)
        entries.append(name + struct.pack(">II", place + len(body), len(data)))
        body += data
    head = bytearray(128)
    struct.pack_into(">I", head, 0, place + len(body))
    struct.pack_into(">I", head, 8, version)
    head[12:24] = kind + space + pcs
    head[36:40] = b"acsp"
    head[68:80] = b"".join(fixed(one) for one in D50)
    return bytes(head) + struct.pack(">I", len(tags)) + b"".join(entries) + body


def text_tags(version):
    """A description and a copyright, which lcms does not need but other programs ask for."""
    if version < 0x04000000:
        return [
            (b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Test\0" + bytes(79)),
            (b"cprt", b"text\0\0\0\0CC0\0"),
        ]
    words = "CC0".encode("utf-16-be")
    text = b"mluc\0\0\0\0" + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(words), 28) + words
    return [(b"desc", text), (b"cprt", text)]


def rgb_profile(primaries, curve, version=0x04400000):
    red, green, blue = matrix_to_d50(PRIMARIES[primaries]).T
    tags = [(b"wtpt", xyz(D50)), (b"rXYZ", xyz(red)), (b"gXYZ", xyz(green)), (b"bXYZ", xyz(blue))]
    return write_profile(
        b"RGB ", text_tags(version) + tags + [(one, curve) for one in (b"rTRC", b"gTRC", b"bTRC")], version
    )


def grey_profile(curve, version=0x04400000):
    return write_profile(b"GRAY", text_tags(version) + [(b"wtpt", xyz(D50)), (b"kTRC", curve)], version)


def lab(values):
    """CIE Lab of XYZ relative to D50."""
    ratio = values / D50_XYZ
    root = np.where(ratio > 216 / 24_389, np.cbrt(ratio), (24_389 / 27 * ratio + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def table_profile(space, channels, grid, to_linear_srgb):
    """A profile of version 2 with a table (mft2, 10.10) of `grid` points a channel, in Lab. The last channel varies fastest."""
    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * channels, indexing="ij")
    points = np.stack(axes, axis=-1).reshape(-1, channels)
    light = lab(to_linear_srgb(points) @ matrix_to_d50(PRIMARIES["sRGB"]).T)
    scale = np.array([65_280 / 100, 256, 256])
    words = np.clip(np.round((light + [0, 128, 128]) * scale), 0, 65_535)
    identity = b"".join(fixed(one) for one in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    head = b"mft2\0\0\0\0" + bytes([channels, 3, grid, 0]) + identity + struct.pack(">HH", 2, 2)
    line = struct.pack(">HH", 0, 65_535)
    table = head + line * channels + words.astype(">u2").tobytes() + line * 3
    version = 0x02400000
    tags = text_tags(version) + [(b"wtpt", xyz(D50)), (b"A2B0", table)]
    return write_profile(space, tags, version, b"Lab ", b"prtr" if channels == 4 else b"scnr")


def inks(points):
    """Linear sRGB of C, M, Y and K: coloured filters one above the other, none of them perfect."""
    c, m, y, k = (points[:, at : at + 1] for at in range(4))
    filters = ((0.02, 0.30, 0.62), (0.60, 0.03, 0.20), (0.90, 0.75, 0.03), (0.01, 0.01, 0.01))
    light = np.ones((len(points), 3))
    for amount, colour in zip((c, m, y, k), filters):
        light = light * (1 - amount * (1 - np.array(colour)))
    return light


SRGB = ImageCms.createProfile("sRGB")


def apply_profile(pixels, profile, mode):
    """8-bit sRGB by lcms: perceptual intent, without black point compensation. Profiles of a matrix know no intents."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    image = Image.fromarray(pixels, mode)
    transform = ImageCms.buildTransform(source, SRGB, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
    return np.asarray(ImageCms.applyTransform(image, transform))
