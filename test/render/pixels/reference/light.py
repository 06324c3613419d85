"""Colour spaces by formula: IEC 61966-2-1 (sRGB), SMPTE EG 432-1 (Display P3), Adobe RGB (1998), ISO 22028-2 (ProPhoto), BT.2020."""

import numpy as np

D65 = (0.3127, 0.3290)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
# White, red, green and blue.
PRIMARIES = {
    "sRGB": (D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "P3": (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "Adobe": (D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
    "ProPhoto": ((0.3457, 0.3585), (0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)),
    "2020": (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    "XYZ": ((1 / 3, 1 / 3), (1, 0), (0, 1), (0, 0)),
}
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def to_xyz(pair):
    x, y = pair
    return np.array([x, y, 1 - x - y])


def matrix_to_d50(primaries):
    """Linear RGB to XYZ of D50, as profiles have it (ICC.1, annex E)."""
    white, *colours = primaries
    columns = np.array([to_xyz(one) for one in colours]).T
    rgb_to_xyz = columns * np.linalg.solve(columns, to_xyz(white) / white[1])
    cones = BRADFORD @ D50_XYZ / (BRADFORD @ to_xyz(white) * (1 / white[1]))
    return np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ rgb_to_xyz


def srgb_to_linear(value):
    return np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0.04045) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(value):
    value = np.clip(value, 0, 1)
    return np.where(
        value <= 0.0031308, value * 12.92, 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055
    )


def bt709_to_linear(value):
    """The inverse of the camera's curve of BT.709 and BT.2020, which H.273 lists as 1, 6, 14 and 15."""
    return np.where(value < 0.081, value / 4.5, ((np.maximum(value, 0.081) + 0.099) / 1.099) ** (1 / 0.45))


def power(exponent):
    return lambda value: value**exponent


def cinema(value):
    """SMPTE ST 428-1: white has 48 of 52.37 cd/m²."""
    return value**2.6 * 52.37 / 48


def to_srgb(values, primaries, to_linear, most=255):
    """8-bit sRGB of samples up to `most`, colours outside of sRGB clipped channel by channel."""
    linear = to_linear(np.asarray(values, float) / most)
    between = np.linalg.solve(matrix_to_d50(PRIMARIES["sRGB"]), matrix_to_d50(primaries))
    return np.round(linear_to_srgb(linear @ between.T) * 255).astype(np.uint8)
