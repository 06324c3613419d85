"""Canonical keys, types and sizes of derivatives, from docs/operations.md alone."""

import math

# Canonical order of operations and of their parameters, with the values that are not printed.
TABLE = {
    "version": {"v": None},
    "download": {"n": None},
    "frames": {"n": None},
    "orient": {"o": "1"},
    "crop": {"x": "0", "y": "0", "w": None, "h": None, "g": "nw"},
    "rotate": {"a": "0"},
    "flip": {"d": None},
    "resize": {
        "m": "lfit",
        "w": None,
        "h": None,
        "l": None,
        "s": None,
        "p": None,
        "limit": "1",
        "color": "FFFFFF",
        "g": "center",
        "fx": None,
        "fy": None,
    },
    "blur": {"s": None},
    "sharpen": {"s": None},
    "quality": {"q": "80", "max": None},
    "format": {"f": None},
}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
}


def parsed(operations):
    recipe = {}
    for operation in operations:
        name, *parameters = operation.split(",")
        recipe[name] = dict(parameter.split("_", 1) for parameter in parameters)
    return recipe


def weight(accept, kind):
    """How much Accept wants exactly this type; 0 where it only says so with a wildcard."""
    for part in accept.split(","):
        media, *parameters = [piece.strip() for piece in part.split(";")]
        if media.lower() == TYPES[kind]:
            values = [piece[2:] for piece in parameters if piece.startswith("q=")]
            return float(values[0]) if values else 1.0
    return 0.0


def negotiated(accept, preferred):
    best = max(preferred, key=lambda kind: weight(accept, kind))
    return best if weight(accept, best) > 0 else "src"


def settled(operations, accept, preferred):
    """The recipe with an explicit format and without what draws nothing."""
    recipe = parsed(operations)
    recipe.setdefault("format", {"f": "src"})
    if recipe["format"]["f"] == "auto":
        recipe["format"] = {"f": negotiated(accept or "", preferred)}
    if recipe["format"]["f"] in ("png", "gif"):
        recipe.pop("quality", None)
    if recipe["format"]["f"] in ("jpg", "png"):
        recipe.pop("frames", None)
    return recipe


def printed(name, values):
    kept = []
    for parameter, default in TABLE[name].items():
        value = values.get(parameter, default)
        if value is not None and value != default:
            kept.append(f"{parameter}_{value}")
    return ",".join([name, *kept]) if kept or name == "download" else None


def canonical(recipe):
    names = [name for name in TABLE if name in recipe]
    return [text for text in (printed(name, recipe[name]) for name in names) if text]


def rounded(value):
    """JavaScript's Math.round."""
    return max(1, math.floor(value + 0.5))


def anchor(gravity):
    """Where nine compass points lie, as shares of the free space."""
    points = {"north": "n", "south": "s", "east": "e", "west": "w", "center": ""}
    short = points.get(gravity, gravity)
    x = 0.0 if "w" in short else 1.0 if "e" in short else 0.5
    y = 0.0 if "n" in short else 1.0 if "s" in short else 0.5
    return x, y


def crop(size, values):
    """The window, cut where it overlaps the edge; width and height run to the edge if left out."""
    along = anchor(values.get("g", "nw"))
    result = []
    for side, offset, length, share in zip(size, "xy", "wh", along):
        start = int(values.get(offset, "0"))
        wanted = int(values[length]) if length in values else side
        start += math.floor(side * share - wanted * share)
        result.append(min(side, start + wanted) - max(0, start))
    return tuple(result)


def rotate(size, values):
    angle = int(values["a"]) % 360
    if angle % 180 == 0:
        return size
    if angle % 90 == 0:
        return size[1], size[0]
    turn = math.radians(angle)
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    return round(size[0] * cos + size[1] * sin), round(size[0] * sin + size[1] * cos)


def scaled(size, scale, limit):
    scale = min(scale, 1) if limit else scale
    return rounded(size[0] * scale), rounded(size[1] * scale)


def boxed(size, mode, box, limit):
    """The modes whose answer is the box itself."""
    if mode == "pad" or not limit:
        return box
    return min(box[0], size[0]), min(box[1], size[1])


def resize(size, values):
    mode, limit = values.get("m", "lfit"), values.get("limit", "1") == "1"
    if "p" in values:
        return scaled(size, int(values["p"]) / 100, limit)
    if "l" in values:
        return scaled(size, int(values["l"]) / max(size), limit)
    if "s" in values:
        return scaled(size, int(values["s"]) / min(size), limit)
    width, height = values.get("w"), values.get("h")
    if mode in ("fill", "pad", "fixed"):
        return boxed(size, mode, (int(width or height), int(height or width)), limit)
    scales = [int(side) / of for side, of in zip((width, height), size) if side is not None]
    return scaled(size, max(scales) if mode == "mfit" else min(scales), limit)


STEPS = {"crop": crop, "rotate": rotate, "resize": resize}


def size_of(source, recipe):
    size = (source["width"], source["height"])
    if source["orientation"] >= 5 and recipe.get("orient", {}).get("o", "1") == "1":
        size = (size[1], size[0])
    for name in TABLE:
        if name in recipe and name in STEPS:
            size = STEPS[name](size, recipe[name])
    return size


def frames_of(source, recipe, kind):
    turned = "rotate" in recipe and int(recipe["rotate"]["a"]) % 180 != 0
    first = turned or "frames" in recipe
    return source["frames"] if kind in ("webp", "gif") and not first else 1


def type_of(source, recipe):
    wanted = recipe["format"]["f"]
    kind = source["type"] if wanted == "src" else wanted
    # An animation has no AVIF: it is answered as WebP.
    still = frames_of(source, recipe, "webp") == 1
    return "webp" if kind == "avif" and not still else kind


def disposition_of(path, recipe, kind):
    source = path.rsplit("/", 1)[1].rsplit(".", 1)[0]
    name = recipe.get("download", {}).get("n", source)
    return f'{"attachment" if "download" in recipe else "inline"}; filename="{name}.{kind}"'


def expected(source, target, accept=None, preferred=("avif", "webp")):
    """What a decoded target must give: its key, type, size and frames."""
    path, *operations = target.split("__op__")
    recipe = settled(operations, accept, preferred)
    kind = type_of(source, recipe)
    width, height = size_of(source, recipe)
    frames = frames_of(source, recipe, kind)
    return {
        "key": path[1:] + "".join("__op__" + text for text in canonical(recipe)),
        "contentType": TYPES[kind],
        "disposition": disposition_of(path, recipe, kind),
        "image": {
            "type": kind,
            "width": width,
            "height": height,
            "frames": frames,
            "milliseconds": source["milliseconds"] if frames > 1 else 0,
            "whole": True,
            "orientation": 1,
        },
    }
