"""Signs image URLs of Signet. One file, the standard library alone: paste it.

    url = signed_url("cat.jpg", ["resize,w_640", "format,f_auto"], int(time.time()) + 3600)

SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY are what `signet keys show TENANT --env` prints.
A path is the name as it is: encode nothing. What can be seen to be wrong raises ValueError. Which operations
there are, and what the policy allows, only the service knows: `signet explain URL` says it.
"""
import base64, hashlib, hmac, json, os, re, time
from urllib.parse import quote

SETTINGS = {  # name: form, what it is
    "URL": (r"https?://[^\s/?#]+/?", "an address such as https://img.example.com"),
    "TENANT": (r"(?=.{1,63}\Z)[a-z0-9]+(-[a-z0-9]+)*", "the name of a tenant"),
    "KID": (r"[a-z][a-z0-9]{0,15}\.(0|[1-9][0-9]{0,5})", "written as root.generation with nothing behind it (a line end?)"),
    "KEY": (r"sgn_[A-Za-z0-9_-]{43}", "a signing key: sgn_ and 43 characters with nothing behind them (a line end?)"),
}
OPERATION = r"[a-z][a-z-]*(,[A-Za-z]+_-?[A-Za-z0-9][A-Za-z0-9.-]*)*"
PRESET = r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}"
RECIPE = r"(image|style)/[A-Za-z0-9,_./-]+"  # in the query, as Alibaba OSS or Baidu BOS spell it


def signed_url(path, operations, exp):
    """The URL of a source, its path decoded and below the tenant; one operation or a list; exp in Unix
    seconds, None for ever."""
    operations = _list(operations)
    _require(len(operations) <= 16, "there are more than 16 operations")
    for one in operations:
        _require(re.fullmatch(OPERATION, one), "an operation is not written as name,parameter_value")
    return _url(path, "".join(f"__op__{one}" for one in operations), exp)


def signed_query_url(path, name, value, exp):
    """The same with a recipe in the query: x-oss-process or x-bce-process, image/resize,w_400."""
    _require(name in ("x-oss-process", "x-bce-process"), "the query has no such parameter")
    _require(re.fullmatch(RECIPE, value), "the recipe is not written as image/name,parameter_value")
    return _url(path, "", exp, f"{name}={value}")


def grant(scope, exp, presets=None, nbf=None):
    """One signature for many URLs (?grant=…): of a source, of a/b/*, or of *; one of them or a list."""
    _, tenant, kid, key = _settings()
    scopes, presets = _list(scope), None if presets is None else _list(presets)
    _require(1 <= len(scopes) <= 16, "a grant covers 1 to 16 scopes")
    for one in scopes:
        _check_path(one[:-1] + "x" if one == "*" or one.endswith("/*") else one)
    _require(presets is None or len(presets) > 0, "a grant of no presets covers nothing; leave them out")
    for one in presets or ():
        _require(re.fullmatch(PRESET, one), "a preset is named with letters, digits, dots and hyphens")
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
    # The decoded path is signed and the encoded one is sent; 0 is signed where nothing expires.
    target = f"/{tenant}/{path}{suffix}"
    message = ["signet.v1", kid, "0" if exp is None else _exp(exp), target] + ([query] if query else [])
    sent = ([query] if query else []) + ([] if exp is None else [f"exp={_exp(exp)}"])
    sent += [f"kid={kid}", f"sig={_sign(key, chr(10).join(message))}"]
    return f"{base.rstrip('/')}{quote(target, safe='/,')}?{'&'.join(sent)}"


def _check_path(path):
    _require(len(path.encode()) <= 700, "the path is longer than 700 bytes")
    _require(not re.search(r"[\x00-\x1f\x7f-\x9f\\]", path), "the path has a control character or a backslash")
    _require(not re.search(r"(^|/)\.{0,2}(/|\Z)", path), "the path has a slash in front, an empty segment, . or ..")
    _require(not re.search(r"__op__|__op_?\Z", path), "the path contains or ends in __op")
    _require(path.split("/")[0] != "_watermarks", "the path begins with _watermarks, which is reserved")


def _exp(exp):
    text = _seconds("exp", exp)
    _require(int(text) >= int(time.time()), "exp is in the past")
    return text


def _seconds(name, value):
    _require(re.fullmatch(r"[1-9][0-9]{9}", str(value)), f"{name} is not a time in whole seconds since 1970")
    return str(value)


def _settings():
    values = [os.environ.get(f"SIGNET_{name}", "") for name in SETTINGS]
    for value, (name, (form, what)) in zip(values, SETTINGS.items()):
        _require(re.fullmatch(form, value), f"SIGNET_{name} is not {what}")
    return values


def _sign(key, text):  # The key is text: its 47 ASCII characters are the secret, nobody decodes them.
    return _base64url(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _require(holds, sentence):
    if not holds:
        raise ValueError(sentence)


def _list(one_or_more):
    return [one_or_more] if isinstance(one_or_more, str) else list(one_or_more)
