"""Seeded damage to signed URLs, and an independent verdict on what it means."""

import random
import re
from urllib.parse import unquote_to_bytes

from signing import message

BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ABSOLUTE = "http://127.0.0.1"
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def flip(url, dice):
    at = dice.randrange(len(url))
    return url[:at] + chr(ord(url[at]) ^ (1 << dice.randrange(8))) + url[at + 1 :]


def insert(url, dice):
    at = dice.randrange(len(url) + 1)
    return url[:at] + chr(dice.randrange(256)) + url[at:]


def delete(url, dice):
    at = dice.randrange(len(url))
    return url[:at] + url[at + 1 :]


def swap(url, dice):
    at = dice.randrange(len(url) - 1)
    return url[:at] + url[at + 1] + url[at] + url[at + 2 :]


def change_case(url, dice):
    letters = [at for at, sign in enumerate(url) if sign.isalpha()]
    at = dice.choice(letters)
    return url[:at] + url[at].swapcase() + url[at + 1 :]


def truncate(url, dice):
    """Down to two characters: `/` alone is the local stack's own page."""
    return url[: dice.randrange(2, len(url))]


def escape_one(url, dice):
    """The same byte as an escape, in either case of hex: the same message within the path."""
    at = dice.randrange(1, len(url))
    text = f"%{ord(url[at]):02X}"
    return url[:at] + dice.choice([text, text.lower()]) + url[at + 1 :]


def escape_twice(url, dice):
    escapes = [found.start() for found in ESCAPE.finditer(url)]
    if not escapes:
        return escape_one(escape_one(url, dice), dice)
    at = dice.choice(escapes)
    return url[:at] + "%25" + url[at + 1 :]


def replace_value(name, values):
    def mutate(url, dice):
        found = re.search(rf"(?<=[?&]{name}=)[^&]*", url)
        if found is None:
            return flip(url, dice)
        value = dice.choice(values)(found.group(), dice)
        return url[: found.start()] + value + url[found.end() :]

    return mutate


def alias(sig, dice):
    """The last character carries two bits that a lenient decoder ignores."""
    group = BASE64URL.index(sig[-1]) & ~3
    return sig[:-1] + BASE64URL[group + dice.randrange(4)]


def other_alphabet(sig, _dice):
    swapped = sig.replace("-", "+").replace("_", "/")
    return swapped if swapped != sig else sig + "="


def random_sig(_sig, dice):
    return "".join(dice.choice(BASE64URL) for _ in range(42)) + dice.choice("AEIMQUYcgkosw048")


def escaped_first(text, _dice):
    return f"%{ord(text[0]):02X}" + text[1:]


def set_bit(sig, dice):
    at = dice.randrange(len(sig))
    return sig[:at] + dice.choice(BASE64URL) + sig[at + 1 :]


SIG = replace_value(
    "sig",
    [
        alias,
        alias,
        set_bit,
        other_alphabet,
        random_sig,
        escaped_first,
        lambda sig, _: sig + "=",
        lambda sig, _: sig + "A",
        lambda sig, _: sig[:-1],
        lambda sig, _: sig.upper(),
        lambda sig, _: "",
        lambda sig, _: sig[::-1],
        lambda sig, dice: sig[:20] + dice.choice("+/. \t!~") + sig[20:],
    ],
)
EXP = replace_value(
    "exp",
    [
        lambda exp, dice: str(int(exp) + dice.randrange(1, 10**6)),
        lambda exp, dice: str(int(exp) - dice.randrange(1, 10**9)),
        lambda exp, _: exp + "0",
        lambda exp, _: "0" + exp,
        lambda exp, _: "+" + exp,
        lambda exp, _: exp + ".0",
        lambda exp, _: "1e10",
        lambda exp, _: "",
        lambda exp, _: "-" + exp,
        escaped_first,
    ],
)
KID = replace_value(
    "kid",
    [
        lambda kid, dice: kid.split(".")[0] + f".{dice.randrange(0, 1_000_000)}",
        lambda kid, dice: f"r{dice.randrange(0, 100)}." + kid.split(".")[1],
        lambda kid, _: kid.replace(".", ".0"),
        lambda kid, _: kid.upper(),
        lambda kid, _: kid + ".1",
        lambda kid, _: "",
        lambda kid, _: kid.replace(".", ""),
        lambda kid, _: "__proto__.1",
        lambda kid, _: "constructor.1",
        escaped_first,
    ],
)


def parameters(url):
    path, _, query = url.partition("?")
    return path, query.split("&")


def joined(path, parts):
    return path + "?" + "&".join(parts)


def reorder(url, dice):
    """The order of parameters is in no message."""
    path, parts = parameters(url)
    dice.shuffle(parts)
    return joined(path, parts)


def drop_parameter(url, dice):
    path, parts = parameters(url)
    parts.pop(dice.randrange(len(parts)))
    return joined(path, parts)


def repeat_parameter(url, dice):
    path, parts = parameters(url)
    return joined(path, [*parts, dice.choice(parts)])


def foreign_parameter(url, dice):
    path, parts = parameters(url)
    names = ["w=1", "v", "=", "", "Sig=a", "sig[]=a", "exp", "utm_source=x", "x-amz-date=1", "a=b=c"]
    parts.insert(dice.randrange(len(parts) + 1), dice.choice(names))
    return joined(path, parts)


def exchange_values(url, dice):
    path, parts = parameters(url)
    if len(parts) < 2:
        return foreign_parameter(url, dice)
    one, two = dice.sample(range(len(parts)), 2)
    names = [part.partition("=")[0] for part in parts]
    values = [part.partition("=")[2] for part in parts]
    values[one], values[two] = values[two], values[one]
    return joined(path, [f"{name}={value}" for name, value in zip(names, values)])


def edit_path(url, dice):
    """What somebody tries who wants another picture for the same signature."""
    path, _, query = url.partition("?")
    edits = [
        lambda: path + "__op__blur,s_1",
        lambda: path.replace("w_", "w_1", 1),
        lambda: path.replace("__op__", "/__op__", 1),
        lambda: path.replace("/e2e/", "/demo/", 1),
        lambda: path.replace("/e2e/", "/E2E/", 1),
        lambda: path.replace("/e2e/", "//e2e/", 1),
        lambda: path.replace("/e2e/", "/e2e/./", 1),
        lambda: path.replace("/e2e/", "/e2e/x/../", 1),
        lambda: path.replace("/e2e/", "/e2e/x/%2e%2e/", 1),
        lambda: path.replace("/e2e/", "/e2e%2F", 1),
        lambda: path.replace("/e2e/", "/e2e%5C", 1),
        lambda: path.replace("/e2e/", "/", 1),
        lambda: path + "%00",
        lambda: path + "%0A",
        lambda: path + "#",
        lambda: path + ";",
        lambda: path + "/",
        lambda: path + "%ff",
        lambda: path + "%c0%af",
        lambda: path.replace("%20", "+"),
        lambda: path.replace("%2B", "+"),
        lambda: path.replace("%2B", "%20"),
        lambda: path.replace("%C3%A9", "e%CC%81"),
        lambda: path.replace("e%CC%81", "%C3%A9"),
        lambda: path.replace("__op__", "__OP__", 1),
        lambda: path.replace("__op__", "%5F%5Fop%5f%5f", 1),
        lambda: path.replace("_", "%5F"),
        lambda: ABSOLUTE + path,
        lambda: path[1:],
        lambda: "/" + path,
    ]
    return dice.choice(edits)() + "?" + query


def twice(url, dice):
    return flip(flip(url, dice), dice)


MUTATIONS = [
    *[flip, insert, delete, swap, change_case, truncate, escape_one, escape_twice, twice],
    *[SIG, EXP, KID, edit_path],
    *[reorder, drop_parameter, repeat_parameter, foreign_parameter, exchange_values],
]
CREDENTIALS = ("exp", "kid", "sig")


def strictly_decoded(path):
    """The decoded path, or None for what is refused before anybody looks at the signature."""
    bare = ESCAPE.sub("", path)
    if "%" in bare or re.search(r"%2f|%5c", path, re.IGNORECASE):
        return None
    if any(not 0x21 <= ord(sign) <= 0x7E for sign in path):
        return None
    try:
        return unquote_to_bytes(path).decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        return None


def meaning(url):
    """Message and signature that a URL stands for; None where it stands for none."""
    path, mark, query = url.partition("?")
    # HTTP's absolute form names the same resource.
    path = path.removeprefix(ABSOLUTE) if path.startswith(ABSOLUTE + "/") else path
    target = strictly_decoded(path)
    found = {}
    for part in query.split("&") if mark else []:
        name, _, value = part.partition("=")
        if name not in CREDENTIALS or name in found:
            return None
        found[name] = value
    if target is None or "kid" not in found or "sig" not in found:
        return None
    return message(found["kid"], found.get("exp"), target), found["sig"]


def sendable(url):
    """Not what ends the request line early, nor a space before the target, which HTTP skips."""
    return "\r" not in url and "\n" not in url and not url.startswith(" ")


def mutations(seed, count, urls):
    """Different URLs, none of them an original; `same` says that the message is still signed."""
    dice = random.Random(seed)
    originals = {url: meaning(url) for url in urls}
    made = {}
    while len(made) < count:
        url = dice.choice(urls)
        damaged = dice.choice(MUTATIONS)(url, dice)
        if sendable(damaged) and damaged not in originals and damaged not in made:
            made[damaged] = meaning(damaged) == originals[url]
    return [{"target": target, "same": same} for target, same in made.items()]
