"""Random animations, the same in every run: combinations that no list of cases has."""

import gif
import numpy as np
import webp
from case import tile
from gifs import case as gif_case
from webps import animation_case

SIZE = (20, 14)


def colours(random, count):
    return [tuple(int(one) for one in random.integers(0, 256, 3)) for _ in range(count)]


def gif_frame(random, palette_bits, inside, first):
    width, height = int(random.integers(1, SIZE[0] + 1)), int(random.integers(1, SIZE[1] + 1))
    most = (SIZE[0] - width, SIZE[1] - height) if inside else (SIZE[0] - 1, SIZE[1] - 1)
    place = [0, 0] if first and not inside else [int(random.integers(0, one + 1)) for one in most]
    local = random.random() < 0.4
    bits = int(random.integers(1, 4)) if local else palette_bits
    return gif.Frame(
        random.integers(0, 1 << bits, (height, width)),
        *place,
        palette=colours(random, 1 << bits) if local else None,
        transparent=int(random.integers(0, 1 << bits)) if random.random() < 0.5 else None,
        disposal=int(random.integers(0, 4)),
        delay=int(random.integers(2, 50)),
        interlaced=random.random() < 0.3,
        plain=False,
    )


def random_gif(seed, inside):
    random = np.random.default_rng(seed)
    bits = int(random.integers(1, 5))
    frames = [gif_frame(random, bits, inside, at == 0) for at in range(int(random.integers(2, 6)))]
    where = "" if inside else ", reaching out of the canvas"
    return gif_case(
        f"random GIF {seed}{where}", frames, SIZE, colours(random, 1 << bits), loop=int(random.integers(0, 5))
    )


def webp_frame(random):
    width, height = int(random.integers(1, SIZE[0] + 1)), int(random.integers(1, SIZE[1] + 1))
    pixels = tile((*colours(random, 1)[0], 255), width, height)
    pixels[random.random((height, width)) < 0.4] = (*colours(random, 1)[0], 0)
    return webp.Frame(
        webp.encode(pixels, lossless=True),
        2 * int(random.integers(0, (SIZE[0] - width) // 2 + 1)),
        2 * int(random.integers(0, (SIZE[1] - height) // 2 + 1)),
        milliseconds=10 * int(random.integers(2, 50)),
        blend=random.random() < 0.5,
        dispose=random.random() < 0.5,
    )


def random_webp(seed):
    random = np.random.default_rng(seed)
    frames = [webp_frame(random) for _ in range(int(random.integers(2, 6)))]
    return animation_case(f"random WebP {seed}", frames, SIZE, loop=int(random.integers(0, 5)))


def cases():
    inside = [random_gif(seed, True) for seed in range(COUNT)]
    outside = [random_gif(seed, False) for seed in range(COUNT)]
    return [*inside, *outside, *[random_webp(seed) for seed in range(COUNT)]]


# Of each kind.
COUNT = 20
