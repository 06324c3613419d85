"""Prints what pixels look like in sRGB, by the formulas of the specifications and not by way of ICC.

python3 reference-colours.py > reference-colours.json

PNG: https://www.w3.org/TR/png-3/#11gAMA, cICP: https://www.itu.int/rec/T-REC-H.273, video on screens:
https://www.itu.int/rec/R-REC-BT.1886,
sRGB: https://www.w3.org/Graphics/Color/sRGB, adaptation: http://www.brucelindbloom.com/Eqn_ChromAdapt.html
"""
import json

D65 = (0.3127, 0.329)
SRGB = [D65, (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)]
ADOBE = [D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)]
P3 = [D65, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)]
DCI = [(0.314, 0.351)] + P3[1:]
BT2020 = [D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)]
EBU = [D65, (0.64, 0.33), (0.29, 0.6), (0.15, 0.06)]
WIDE_D50 = [(0.3457, 0.3585), (0.735, 0.265), (0.115, 0.826), (0.157, 0.018)]
PROPHOTO = [(0.3457, 0.3585), (0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)]
BRADFORD = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]


def apply(m, v):
    return [sum(a * b for a, b in zip(row, v)) for row in m]


def inverse(m):
    rows = [list(row) + [float(i == j) for j in range(3)] for i, row in enumerate(m)]
    for i in range(3):
        pivot = max(range(i, 3), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for j in range(3):
            if j != i:
                rows[j] = [x - rows[j][i] * y for x, y in zip(rows[j], rows[i])]
    return [row[3:] for row in rows]


def xyz(c):
    return [c[0] / c[1], 1.0, (1 - c[0] - c[1]) / c[1]]


def to_xyz(space):
    columns = [xyz(c) for c in space[1:]]
    m = [[columns[j][i] for j in range(3)] for i in range(3)]
    amounts = apply(inverse(m), xyz(space[0]))
    return [[m[i][j] * amounts[j] for j in range(3)] for i in range(3)]


def adapt(v, white):
    ratio = [a / b for a, b in zip(apply(BRADFORD, xyz(D65)), apply(BRADFORD, xyz(white)))]
    return apply(inverse(BRADFORD), [a * b for a, b in zip(apply(BRADFORD, v), ratio)])


def srgb_light(v):
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def srgb_sample(light):
    light = min(max(light, 0), 1)
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def smpte240_light(v):
    return v / 4 if v < 4 * 0.0228 else ((v + 0.1115) / 1.1115) ** (1 / 0.45)


def power(exponent):
    return lambda v: v**exponent


def steps(*numbers):
    return "".join(f"{round(n * 100000):08x}" for n in numbers)


def gama(n):
    return ["gAMA", steps(n)]


def chrm(space):
    return ["cHRM", steps(*[n for c in space for n in c])]


def cicp(primaries, transfer):
    return ["cICP", f"{primaries:02x}{transfer:02x}0001"]


CASES = [
    ["gAMA of linear light", [gama(1)], SRGB, power(1)],
    ["gAMA of an old Macintosh", [gama(0.55556)], SRGB, power(1 / 0.55556)],
    ["gAMA of 0.35", [gama(0.35)], SRGB, power(1 / 0.35)],
    ["gAMA and cHRM of Adobe RGB", [gama(0.45455), chrm(ADOBE)], ADOBE, power(1 / 0.45455)],
    ["cHRM and gAMA of P3", [gama(0.45455), chrm(P3)], P3, power(1 / 0.45455)],
    ["cHRM with a white of D50", [gama(0.55556), chrm(WIDE_D50)], WIDE_D50, power(1 / 0.55556)],
    ["cICP of Display P3", [cicp(12, 13)], P3, srgb_light],
    ["cICP of DCI P3 with gamma 2.2", [cicp(11, 4)], DCI, power(2.2)],
    ["cICP of BT.2020", [cicp(9, 14)], BT2020, power(2.4)],
    ["cICP of BT.709's curve", [cicp(1, 1)], SRGB, power(2.4)],
    ["cICP of BT.601's curve", [cicp(1, 6)], SRGB, power(2.4)],
    ["cICP of IEC 61966-2-4's curve", [cicp(1, 11)], SRGB, power(2.4)],
    ["cICP of BT.2020's curve of 12 bits", [cicp(1, 15)], SRGB, power(2.4)],
    ["cICP of EBU with gamma 2.8", [cicp(5, 5)], EBU, power(2.8)],
    ["cICP of linear light", [cicp(1, 8)], SRGB, power(1)],
    ["cICP of SMPTE 240M's curve", [cicp(1, 7)], SRGB, smpte240_light],
    ["cICP before gAMA", [gama(1), cicp(12, 13)], P3, srgb_light],
]

# Of these, the wide ones leave Display P3, too.
DEEP_CASES = [
    ["linear light", [gama(1)], SRGB, power(1)],
    ["Adobe RGB", [gama(0.45455), chrm(ADOBE)], ADOBE, power(1 / 0.45455)],
    ["ProPhoto", [gama(0.55556), chrm(PROPHOTO)], PROPHOTO, power(1 / 0.55556)],
    ["Display P3", [cicp(12, 13)], P3, srgb_light],
    ["BT.2020", [cicp(9, 14)], BT2020, power(2.4)],
]

GREYS = [[v, v, v] for v in (0, 8, 24, 60, 128, 200, 255)]
COLOURS = [[115, 82, 68], [194, 150, 130], [98, 122, 157], [87, 108, 67], [133, 128, 177]]
COLOURS += [[214, 126, 44], [80, 91, 166], [193, 90, 99], [94, 60, 108], [157, 188, 64]]
COLOURS += [[56, 61, 150], [70, 148, 73], [175, 54, 60], [231, 199, 31], [187, 86, 149]]
PIXELS = GREYS + COLOURS


# Samples of 16 bits: the corners of the cube, and others by a linear congruential generator.
CORNERS = [[65535 * (n >> band & 1) for band in range(3)] for n in range(8)]
STATE = [1]


def sample():
    STATE[0] = (STATE[0] * 1103515245 + 12345) % 2**31
    return STATE[0] >> 15


DEEP_PIXELS = CORNERS + [[sample() for _ in range(3)] for _ in range(92)]


def drawn(space, curve, pixel, most=255):
    light = adapt(apply(to_xyz(space), [curve(v / most) for v in pixel]), space[0])
    return [round(255 * srgb_sample(v)) for v in apply(inverse(to_xyz(SRGB)), light)]


def print_cases(cases, pixels, most):
    for at, (name, chunks, space, curve) in enumerate(cases):
        colours = [drawn(space, curve, p, most) for p in pixels]
        case = {"name": name, "chunks": chunks, "drawn": colours}
        print(("," if at else "") + json.dumps(case))


print('{ "pixels": ' + json.dumps(PIXELS) + ', "cases": [')
print_cases(CASES, PIXELS, 255)
print('], "deepPixels": ' + json.dumps(DEEP_PIXELS) + ', "deepCases": [')
print_cases(DEEP_CASES, DEEP_PIXELS, 65535)
print("] }")
