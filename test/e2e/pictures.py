"""Type, size, frames, duration and completeness of an image, from its bytes."""

import struct


def big(data, at, size):
    return int.from_bytes(data[at : at + size], "big")


def little(data, at, size):
    return int.from_bytes(data[at : at + size], "little")


def picture(kind, width, height, whole, frames=1, milliseconds=0, orientation=1):
    return {
        "type": kind,
        "width": width,
        "height": height,
        "frames": frames,
        "milliseconds": milliseconds if frames > 1 else 0,
        "whole": whole,
        "orientation": orientation,
    }


def exif_orientation(tiff):
    order = "<" if tiff[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    for entry in range(count):
        tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * entry)
        if tag == 0x0112:
            return value
    return 1


def jpeg(data):
    at, orientation = 2, 1
    while data[at] == 0xFF:
        marker, length = data[at + 1], big(data, at + 2, 2)
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = exif_orientation(data[at + 10 : at + 2 + length])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = big(data, at + 5, 2), big(data, at + 7, 2)
            whole = data[-2:] == b"\xff\xd9"
            return picture("jpg", width, height, whole, orientation=orientation)
        at += 2 + length
    raise ValueError("a JPEG without a frame header")


def png(data):
    whole = data[-12:-4] == b"\0\0\0\0IEND"
    return picture("png", big(data, 16, 4), big(data, 20, 4), whole)


def gif_blocks(data, at):
    """Skips sub-blocks; the answer is where the next block begins."""
    while data[at] != 0:
        at += 1 + data[at]
    return at + 1


def gif(data):
    table = 3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0
    at, frames, milliseconds = 13 + table, 0, 0
    while data[at] != 0x3B:
        if data[at] == 0x21:
            if data[at + 1] == 0xF9:
                milliseconds += 10 * little(data, at + 4, 2)
            at = gif_blocks(data, at + 2)
        elif data[at] == 0x2C:
            local = data[at + 9]
            at += 10 + (3 << ((local & 7) + 1) if local & 0x80 else 0)
            at = gif_blocks(data, at + 1)
            frames += 1
        else:
            raise ValueError("a GIF block that nobody knows")
    width, height = little(data, 6, 2), little(data, 8, 2)
    return picture("gif", width, height, at == len(data) - 1, frames, milliseconds)


def webp_chunks(data):
    at = 12
    while at + 8 <= len(data):
        size = little(data, at + 4, 4)
        yield data[at : at + 4], at + 8
        at += 8 + size + size % 2


def webp(data):
    chunks = list(webp_chunks(data))
    whole = little(data, 4, 4) + 8 == len(data)
    frames = [little(data, at + 12, 3) for name, at in chunks if name == b"ANMF"]
    name, at = chunks[0]
    if name == b"VP8X":
        width, height = little(data, at + 4, 3) + 1, little(data, at + 7, 3) + 1
    elif name == b"VP8L":
        bits = little(data, at + 1, 4)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = little(data, at + 6, 2) & 0x3FFF, little(data, at + 8, 2) & 0x3FFF
    return picture("webp", width, height, whole, max(len(frames), 1), sum(frames))


def boxes(data, at, end):
    """ISO media boxes: name, where the content begins, where it ends."""
    while at < end:
        size = big(data, at, 4)
        name, start = data[at + 4 : at + 8], at + 8
        if size == 1:
            size, start = big(data, at + 8, 8), at + 16
        last = end if size == 0 else at + size
        yield name, start, last
        at = last


def box(data, at, end, wanted):
    return next((start, last) for name, start, last in boxes(data, at, end) if name == wanted)


def property_numbers(data, at, primary):
    """The ipma entry of the primary item: its properties' numbers, from 1."""
    version, wide = data[at], data[at + 3] & 1
    id_size = 2 if version < 1 else 4
    count, at = big(data, at + 4, 4), at + 8
    for _ in range(count):
        item, at = big(data, at, id_size), at + id_size
        associations, at = data[at], at + 1
        size = 2 if wide else 1
        numbers = [big(data, at + size * n, size) for n in range(associations)]
        if item == primary:
            return [number & (0x7FFF if wide else 0x7F) for number in numbers]
        at += size * associations
    raise ValueError("the primary item has no properties")


def avif(data):
    meta, meta_end = box(data, 0, len(data), b"meta")
    pitm, _ = box(data, meta + 4, meta_end, b"pitm")
    primary = big(data, pitm + 4, 2 if data[pitm] == 0 else 4)
    iprp, iprp_end = box(data, meta + 4, meta_end, b"iprp")
    ipco, ipco_end = box(data, iprp, iprp_end, b"ipco")
    ipma, _ = box(data, iprp, iprp_end, b"ipma")
    properties = list(boxes(data, ipco, ipco_end))
    whole = list(boxes(data, 0, len(data)))[-1][2] == len(data)
    for number in property_numbers(data, ipma, primary):
        name, at, _ = properties[number - 1]
        if name == b"ispe":
            return picture("avif", big(data, at + 4, 4), big(data, at + 8, 4), whole)
    raise ValueError("an AVIF that does not say its size")


def read_picture(data):
    """None for what is no image of a type that Signet makes."""
    if data[:3] == b"\xff\xd8\xff":
        return jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return png(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return gif(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return webp(data)
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return avif(data)
    return None
