"""Compares answers with what Pillow decodes. Each line of standard input is one JSON object: the path of a source, of our
PNG of it, and where they exist the pixels that a browser shows.

A profile is applied by lcms (perceptual), the orientation of EXIF is applied, and colours are premultiplied by alpha.
"""

import io
import json
import resource
import sys
import warnings

import numpy as np
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_AS, (6_000_000_000, 6_000_000_000))

SRGB = ImageCms.createProfile("sRGB")
MODES = {"RGB ": ("RGB", "RGB"), "GRAY": ("L", "RGB"), "CMYK": ("CMYK", "RGB")}
ROWS = 256


def profile_of(image):
    """The profile, if it is one for the channels of the picture."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    except OSError:
        return None
    channels = {"L": "GRAY", "LA": "GRAY", "1": "GRAY", "I;16": "GRAY", "CMYK": "CMYK"}.get(
        image.mode, "RGB "
    )
    return profile if profile.profile.xcolor_space == channels else None


def eight_bits(image):
    """Grey of 16 bits in 8, with its transparent value: Pillow would clip it and show all."""
    if image.mode not in ("I", "I;16", "I;16B"):
        return image
    values = np.asarray(image)
    grey = (values >> 8).astype(np.uint8)
    clear = image.info.get("transparency")
    if clear is None:
        return Image.fromarray(grey)
    return Image.fromarray(np.dstack([grey, np.where(values == clear, 0, 255).astype(np.uint8)]), "LA")


def to_srgb(image, profile):
    if profile is None:
        return image.convert("RGBA")
    mode, wanted = MODES[profile.profile.xcolor_space]
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    transform = ImageCms.buildTransform(profile, SRGB, mode, wanted, ImageCms.Intent.PERCEPTUAL)
    shown = ImageCms.applyTransform(image.convert(mode), transform).convert("RGBA")
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


def premultiply(pixels):
    values = pixels.astype(np.float32)
    values[..., :3] *= values[..., 3:] / 255
    return values


def difference(expected, got):
    """The largest difference, the mean, the share of pixels that differ by more than 4, and the worst pixel."""
    worst, total, many, place = -1, 0.0, 0, (0, 0)
    for row in range(0, expected.shape[0], ROWS):
        one, other = expected[row : row + ROWS], got[row : row + ROWS]
        apart = np.abs(premultiply(one) - premultiply(other)).max(axis=2)
        total += float(apart.sum())
        many += int((apart > 4).sum())
        if apart.max() > worst:
            y, x = np.unravel_index(apart.argmax(), apart.shape)
            worst, place = float(apart.max()), (int(y) + row, int(x))
    count = expected.shape[0] * expected.shape[1]
    return {
        "error": round(worst, 1),
        "mean": round(total / count, 3),
        "share": round(many / count, 4),
        "expected": expected[place].tolist(),
        "got": got[place].tolist(),
    }


def orientation_of(image):
    """1 for a tag of another type than the standard has."""
    value = image.getexif().get(0x0112)
    return value if isinstance(value, int) else 1


def orientation_type_of(image):
    """The TIFF type of the orientation in EXIF; 3 is SHORT, which the standard has. None if Pillow cannot read it."""
    data = image.info.get("exif", b"").removeprefix(b"Exif\0\0")
    try:
        directory = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        file = io.BytesIO(data)
        file.seek(directory.next)
        directory.load(file)
    except Exception:
        return None
    return directory.tagtype.get(0x0112)


def read_upright(path):
    """RGBA in sRGB, and facts that explain differences."""
    with Image.open(path) as image:
        image.load()
        profile = profile_of(image)
        facts = {
            "format": image.format,
            "mode": image.mode,
            "gamma": image.info.get("gamma"),
            "orientation": orientation_of(image),
            "orientationType": orientation_type_of(image),
            "profile": (
                None if profile is None else (profile.profile.profile_description or "unnamed").strip()
            ),
        }
        upright = ImageOps.exif_transpose(eight_bits(image))
        return np.asarray(to_srgb(upright, profile)), facts


def compare_sizes(expected, got):
    if expected.shape == got.shape:
        return difference(expected, got)
    sizes = [f"{one.shape[1]}×{one.shape[0]}" for one in (expected, got)]
    return {"error": 255, "mean": 255, "share": 1, "expected": sizes[0], "got": sizes[1]}


def compare(source, answer, browser=None):
    with Image.open(answer) as image:
        got = np.asarray(image.convert("RGBA"))
    result = {}
    if browser is not None:
        pixels = np.fromfile(browser["pixels"], np.uint8)[: browser["width"] * browser["height"] * 4]
        result["browser"] = compare_sizes(pixels.reshape((browser["height"], browser["width"], 4)), got)
    try:
        expected, facts = read_upright(source)
    except Exception as failure:
        return result | {"failure": f"{type(failure).__name__}: {failure}".replace(source, "FILE")[:200]}
    return result | facts | {"pillow": compare_sizes(expected, got)}


for line in sys.stdin:
    try:
        print(json.dumps(compare(**json.loads(line))), flush=True)
    except MemoryError:
        print(json.dumps({"failure": "MemoryError"}), flush=True)
