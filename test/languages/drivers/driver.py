import json, os, sys
from signet import grant, signed_query_url, signed_url


def seconds(text):
    if text == "":
        return None
    return float(text) if "." in text else int(text)


def make(call, exp, *rest):
    if call == "signed_url":
        # One operation is passed as text, several as a list, to test both.
        return signed_url(rest[0], rest[1] if len(rest) == 2 else rest[1:], seconds(exp))
    if call == "signed_query_url":
        return signed_query_url(*rest, seconds(exp))
    count = int(rest[1])
    first = 2 + max(count, 0)
    presets = None if count < 0 else rest[2] if count == 1 else rest[2:first]
    # One scope or preset is passed as text, several as a list, to test both.
    scopes = rest[first] if len(rest) == first + 1 else list(rest[first:])
    return grant(scopes, seconds(exp), presets, seconds(rest[0]))


for line in sys.stdin:
    url, tenant, kid, key, *call = json.loads(line)
    os.environ.update(SIGNET_URL=url, SIGNET_TENANT=tenant, SIGNET_KID=kid, SIGNET_KEY=key)
    try:
        print(json.dumps({"ok": make(*call)}))
    except ValueError as refusal:
        print(json.dumps({"refused": str(refusal)}))
