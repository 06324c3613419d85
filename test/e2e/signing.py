"""Signed URLs, from docs/urls.md alone."""

import base64
import hashlib
import hmac
from urllib.parse import quote


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(key, salt, info):
    """RFC 5869 with SHA-256; 32 bytes need one block only."""
    extracted = hmac.new(salt, key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def signing_key(root, info):
    """What a root key (base64url) gives to `tenant LF generation`, or to `continuation`."""
    return "sgn_" + base64url(hkdf(from_base64url(root), b"signet.v1", info.encode("utf-8")))


def message(kid, exp, target, query=None):
    fields = ["signet.v1", kid, "0" if exp is None else str(exp), target]
    if query is not None:
        fields.append(f"{query[0]}={query[1]}")
    return "\n".join(fields)


def signature(key, text):
    return base64url(hmac.new(key.encode("ascii"), text.encode("utf-8"), hashlib.sha256).digest())


def encoded(target):
    """The one canonical encoding: unreserved characters, the slash and the comma stay bare."""
    return quote(target, safe="/,-._~")


def suffix(operations):
    return "".join("__op__" + operation for operation in operations)


def signed(key, kid, exp, target, query=None, written=None):
    """Path and query as they are sent; `written` is another spelling of the same target."""
    sig = signature(key, message(kid, exp, target, query))
    parameters = [] if query is None else [f"{query[0]}={quote(query[1], safe='/,-._~')}"]
    parameters += [] if exp is None else [f"exp={exp}"]
    parameters += [f"kid={kid}", f"sig={sig}"]
    return (encoded(target) if written is None else written) + "?" + "&".join(parameters)
