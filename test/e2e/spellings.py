"""Seeded spellings of one recipe: all that may differ without drawing anything else."""

import random
from urllib.parse import quote

from signing import signed, suffix

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def respelled(operation, dice):
    """One of the ways to write one operation: aliases, defaults written out, another order."""
    variants = operation["variants"]
    name, *parameters = dice.choice(variants).split(",")
    parameters += [text for text in operation.get("defaults", []) if dice.random() < 0.5]
    dice.shuffle(parameters)
    return ",".join([name, *parameters])


def escaped(target, dice):
    """Any character may be escaped, in either case of hex, but for the slash."""
    share = dice.choice([0, 0.02, 0.3, 1])
    parts = []
    for character in target:
        bare = character in UNRESERVED + "/,"
        if character == "/" or (bare and dice.random() >= share):
            parts.append(character)
            continue
        text = "".join(f"%{byte:02X}" for byte in character.encode("utf-8"))
        parts.append("".join(dice.choice((sign.upper(), sign.lower())) for sign in text))
    return "".join(parts)


def spelling(dice, path, required, droppable, signer):
    operations = [respelled(operation, dice) for operation in required]
    operations += [dice.choice(droppable)] if dice.random() < 0.5 else []
    dice.shuffle(operations)
    target = path + suffix(operations)
    return signed(**signer, target=target, written=escaped(target, dice))


def spellings(seed, count, path, required, droppable, signer):
    """Different URLs; the first is the plain one."""
    dice = random.Random(seed)
    plain = path + suffix([operation["variants"][0] for operation in required])
    urls = {signed(**signer, target=plain, written=quote(plain, safe="/,-._~")): None}
    while len(urls) < count:
        urls[spelling(dice, path, required, droppable, signer)] = None
    return list(urls)
