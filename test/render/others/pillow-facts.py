"""Says what Pillow reads in the images whose paths come on standard input, one JSON object per line."""

import json
import resource
import sys
import warnings

from PIL import Image, ImageSequence

Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")

# Damaged files claim pictures that would take all memory or hours.
MOST_PIXELS = 100_000_000
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))


def delays_of(image):
    """The milliseconds of each frame. A WebP has them once a frame is decoded, and a damaged frame is an error."""
    delays = []
    for frame in ImageSequence.Iterator(image):
        frame.load()
        delays.append(round(frame.info.get("duration", 0)))
    return delays


def facts_of(path):
    with Image.open(path) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width}x{image.height} pixels are too many")
        frames = getattr(image, "n_frames", 1)
        facts = {
            "width": image.width,
            "height": image.height,
            "mode": image.mode,
            "frames": frames,
            "orientation": image.getexif().get(0x0112, 1),
            "loop": image.info.get("loop"),
            "alpha": image.has_transparency_data,
            "delays": [],
        }
        image.load()
        if frames > 1 and image.format in ("GIF", "WEBP"):
            facts["delays"] = delays_of(image)
        return facts


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        print(json.dumps(facts_of(path)), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}".replace(path, "FILE")[:200]}), flush=True)
