"""Reads lines of JSON, ["reference", "picture"], and answers each with the picture's score."""

import json
import os
import sys
import tempfile

from PIL import Image
from ssimulacra2 import compute_ssimulacra2


def crop_to(size, file, folder):
    """Writes the picture without its last row or column, if it has one more than the size."""
    with Image.open(file) as image:
        if image.size == size:
            return file
        if image.size[0] - size[0] > 1 or image.size[1] - size[1] > 1:
            raise ValueError(f"a picture of {image.size} cannot be compared with one of {size}")
        cropped = os.path.join(folder, os.path.basename(file) + ".cropped.png")
        image.convert("RGB").crop((0, 0, *size)).save(cropped)
        return cropped


def score(reference, picture):
    """Services round the second side up or down, so the larger picture is cropped to the smaller one."""
    with Image.open(reference) as one, Image.open(picture) as other:
        size = tuple(map(min, one.size, other.size))
    with tempfile.TemporaryDirectory() as folder:
        return float(compute_ssimulacra2(crop_to(size, reference, folder), crop_to(size, picture, folder)))


for line in sys.stdin:
    try:
        answer = {"score": score(*json.loads(line))}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
