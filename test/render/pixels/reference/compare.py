"""Compares answers, which Pillow decodes, and a browser's pixels with the expected ones. Prints one JSON object per case."""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence


def premultiply(pixels):
    """What is visible: a transparent pixel has no colour."""
    values = pixels.astype(float)
    values[..., :3] *= values[..., 3:] / 255
    return values


def frames_of(file):
    with Image.open(file) as image:
        return np.stack([np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)])


def timing_of(file):
    """The milliseconds of each frame, and the number of plays of a GIF or WebP; 0 is endless."""
    with Image.open(file) as image:
        delays = []
        for frame in ImageSequence.Iterator(image):
            frame.load()
            delays.append(round(frame.info.get("duration", 0)))
        loop = image.info.get("loop")
        # The extension of GIF counts repetitions, WebP counts plays.
        plays = loop if image.format == "WEBP" else 1 if loop is None else loop + 1 if loop else 0
    return delays, plays


def merge(pixels, delays):
    """Equal frames in a row are one: encoders join them."""
    kept = [at for at in range(len(pixels)) if at == 0 or (pixels[at] != pixels[at - 1]).any()]
    ends = [*kept[1:], len(pixels)]
    return pixels[kept], [sum(delays[start:end]) for start, end in zip(kept, ends)] if len(kept) > 1 else []


def calm(frames):
    """Where the colours of the 5 × 5 pixels around change little: a lossy answer has halved colours and smears edges."""
    padded = np.pad(frames, ((0, 0), (2, 2), (2, 2), (0, 0)), "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return np.ptp(around, axis=(4, 5)).max(axis=3) <= 24


def difference(expected, got, only_calm=False):
    """The largest difference of a premultiplied channel, and where it is."""
    if expected.shape != got.shape:
        sizes = [f"{one.shape[0]} × {one.shape[2]}×{one.shape[1]}" for one in (expected, got)]
        return {"error": 255, "expected": sizes[0], "got": sizes[1]}
    visible = premultiply(expected)
    apart = np.abs(visible - premultiply(got)).max(axis=3)
    if only_calm:
        apart = np.where(calm(visible), apart, 0)
    certain = (expected[..., 3] == 0) | (expected[..., 3] == 255)
    alpha = np.abs(expected[..., 3].astype(int) - got[..., 3])
    frame, y, x = np.unravel_index(apart.argmax(), apart.shape)
    return {
        "error": round(float(apart.max()), 1),
        "place": [int(frame), int(x), int(y)],
        "expected": expected[frame, y, x].tolist(),
        "got": got[frame, y, x].tolist(),
        "alpha": int(np.where(certain, alpha, 0).max()),
    }


def compare_pixels(case, expected, pixels, delays, plays):
    pixels, delays = merge(pixels, delays or [0] * len(pixels))
    merged, wanted = merge(expected, case["delays"] or [0] * len(expected))
    result = difference(merged, pixels, case["bound"] in ("lossy answer", "longest delay"))
    # Browsers show a frame of at most 10 ms for 100 ms.
    shown = [100 if delay <= 10 else delay for delay in delays]
    timing = {"delays": shown, "plays": plays} if len(pixels) > 1 else {"delays": [], "plays": 1}
    expected_timing = (
        {"delays": wanted, "plays": case["plays"]} if len(merged) > 1 else {"delays": [], "plays": 1}
    )
    return result | {"timing": timing, "expectedTiming": expected_timing}


def compare_case(folder, case):
    number = case["file"].split(".")[0]
    read = lambda ending: np.frombuffer((folder / f"{number}.{ending}").read_bytes(), np.uint8)
    expected = read("expected").reshape((case["frames"], case["height"], case["width"], 4))
    result = {}
    answer, browser = folder / f"{number}.answer", folder / f"{number}.browser.json"
    if answer.exists():
        result["ours"] = compare_pixels(case, expected, frames_of(answer), *timing_of(answer))
    if browser.exists():
        seen = json.loads(browser.read_text())
        pixels = read("browser").reshape((seen["frames"], seen["height"], seen["width"], 4))
        result["browser"] = compare_pixels(case, expected, pixels, seen["delays"], seen["plays"])
    return result


def main(folder):
    for case in json.loads((folder / "cases.json").read_text()):
        print(json.dumps(compare_case(folder, case)))


main(Path(sys.argv[1]))
