"""Signs image URLs for Signet. Copy this file into your project; it needs only the standard library.

    url = signed_url("cat.jpg", ["resize,w_640", "format,f_auto"], int(time.time()) + 3600)

Set SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY to what `signet keys show TENANT --env` prints.
Pass a path as the plain name of a source; do not encode it. An invalid argument or setting raises ValueError.
Operation names and the policy are checked by the service, not here: `signet explain URL` shows its decision.
"""
import base64, hashlib, hmac, json, os, re, time
from urllib.parse import quote

SETTINGS = {  # name: pattern, description
    "URL": (r"https?://[^\s/?#]+/?", "a URL without a path, such as https://img.example.com"),
    "TENANT": (r"(?=.{1,63}\Z)[a-z0-9]+(-[a-z0-9]+)*", "a tenant name, such as acme"),
    "KID": (r"[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})", "root.generation, such as r1.1, without a line break"),
    "KEY": (r"sgn_[A-Za-z0-9_-]{43}", "a signing key: sgn_ and 43 characters, without a line break"),
}
OPERATION = r"(style,n_[A-Za-z0-9][A-Za-z0-9._-]*|[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*)"
PRESET = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
RECIPE = r"(image|style)/[A-Za-z0-9,_./=-]+"  # a recipe in the query, in the spelling of Alibaba OSS or Baidu BOS


def signed_url(path, operations, exp):
    """Returns a signed URL. path is the plain name of a source, without the tenant. operations is one operation
    or a list. exp is in Unix seconds; None means never."""
    operations = _list(operations)
    _require(len(operations) <= 16, "more than 16 operations")
    for one in operations:
        _require(re.fullmatch(OPERATION, one), "an operation must be written as name,parameter_value")
    return _url(path, "".join(f"__op__{one}" for one in operations), exp)


def signed_query_url(path, name, value, exp):
    """Returns a signed URL with a recipe in the query. name is x-oss-process or x-bce-process; value is a recipe
    such as image/resize,w_400."""
    _require(name in ("x-oss-process", "x-bce-process"), "the query parameter must be x-oss-process or x-bce-process")
    _require(re.fullmatch(RECIPE, value), "the recipe must be written as image/name,parameter_value")
    return _url(path, "", exp, f"{name}={value}")


def grant(scope, exp, presets=None, nbf=None):
    """Returns a grant: one signature for many URLs, sent as ?grant=TOKEN. scope is the path of a source, a/b/* for
    everything below a/b/, or * for everything; or a list of them. presets limits the grant to some presets.
    exp and nbf (not before) are in Unix seconds."""
    _, tenant, kid, key = _settings()
    scopes, presets = _list(scope), None if presets is None else _list(presets)
    _require(1 <= len(scopes) <= 16, "a grant needs 1 to 16 scopes")
    for one in scopes:
        _check_path(one[:-1] + "x" if one == "*" or one.endswith("/*") else one)
    _require(presets is None or len(presets) > 0, "presets is empty; name at least one or leave it out")
    for one in presets or ():
        _require(re.fullmatch(PRESET, one), "a preset name has 1 to 64 letters, digits, dots, hyphens or underscores")
    claims = {"iss": tenant, "scope": scopes[0] if len(scopes) == 1 else scopes, "exp": int(_exp(exp))}
    claims |= {} if nbf is None else {"nbf": int(_seconds("nbf", nbf))}
    claims |= {} if presets is None else {"presets": list(presets)}
    header = {"alg": "HS256", "typ": "signet-grant+jwt", "kid": kid}
    parts = (json.dumps(it, ensure_ascii=False, separators=(",", ":")) for it in (header, claims))
    text = ".".join(_base64url(part.encode()) for part in parts)
    _require(len(text) <= 2048 - 44, "the grant has more than 2,048 characters; name fewer scopes")
    return f"{text}.{_sign(key, text)}"


def _url(path, suffix, exp, query=None):
    base, tenant, kid, key = _settings()
    _check_path(path)
    # The decoded path is signed, the encoded path is sent. Without exp, 0 is signed.
    target = f"/{tenant}/{path}{suffix}"
    message = ["signet.v1", kid, "0" if exp is None else _exp(exp), target] + ([query] if query else [])
    sent = ([query] if query else []) + ([] if exp is None else [f"exp={_exp(exp)}"])
    sent += [f"kid={kid}", f"sig={_sign(key, chr(10).join(message))}"]
    return f"{base.rstrip('/')}{quote(target, safe='/,')}?{'&'.join(sent)}"


def _check_path(path):
    _require(len(path.encode()) <= 700, "the path is longer than 700 bytes")
    _require(not re.search(r"[\x00-\x1f\x7f-\x9f\\]", path), "the path has a control character or a backslash")
    _require(not re.search(r"(^|/)\.{0,2}(/|\Z)", path), "the path has a leading slash, an empty segment, . or ..")
    _require(not re.search(r"__op__|__op_?\Z", path), "the path contains __op__ or ends in __op")
    _require(path.split("/")[0] != "_watermarks", "the path begins with _watermarks, which is reserved")


def _exp(exp):
    text = _seconds("exp", exp)
    _require(int(text) >= int(time.time()), "exp is in the past")
    return text


def _seconds(name, value):
    _require(re.fullmatch(r"[1-9][0-9]{9}", str(value)), f"{name} must be a Unix time in seconds, not milliseconds")
    return str(value)


def _settings():
    values = [os.environ.get(f"SIGNET_{name}", "") for name in SETTINGS]
    for value, (name, (form, what)) in zip(values, SETTINGS.items()):
        _require(re.fullmatch(form, value), f"SIGNET_{name} must be {what}")
    return values


# The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.
def _sign(key, text):
    return _base64url(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _require(holds, message):
    if not holds:
        raise ValueError(message)


def _list(one_or_more):
    return [one_or_more] if isinstance(one_or_more, str) else list(one_or_more)
