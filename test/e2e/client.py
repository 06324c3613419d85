"""A client of Signet that shares no code with it: Python's standard library and the documentation.

Reads one JSON job a line, {"id", "job", …}, and answers one JSON line each, as they end.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from mutations import mutations
from pictures import read_picture
from recipes import expected
from signing import message, signature, signed, signing_key, suffix
from spellings import spellings
from wire import burst, fetch

WORKERS = 8
writing = threading.Lock()


def source(file):
    with open(file, "rb") as opened:
        return read_picture(opened.read())


def sign(key, kid, exp, tenant, path, operations, written=None):
    target = f"/{tenant}/{path}" + suffix(operations)
    return {"target": target, "url": signed(key, kid, exp, target, written=written)}


def vector(root, tenant, generation, kid, exp, path, query=None):
    """All that a test vector states, computed anew."""
    key = signing_key(root, f"{tenant}\n{generation}")
    text = message(kid, exp, path, query)
    url = signed(key, kid, exp, path, query)
    return {"signingKey": key, "message": text, "sig": signature(key, text), "url": url}


def fetch_all(port, targets):
    """Short answers to many requests, in their order."""

    def short(target):
        try:
            answer = fetch(port, target)
        except Exception as thrown:
            return {"target": target, "status": 0, "failed": repr(thrown)}
        headers = answer["headers"]
        return {
            "target": target,
            "status": answer["status"],
            "code": headers.get("x-signet-error"),
            "cache": headers.get("x-cache"),
            "md5": answer["md5"],
        }

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(short, targets))


JOBS = {
    "source": source,
    "sign": sign,
    "signingKey": signing_key,
    "vector": vector,
    "expected": expected,
    "fetch": fetch,
    "fetchAll": fetch_all,
    "burst": burst,
    "spellings": spellings,
    "mutations": mutations,
}


def run(line):
    job = json.loads(line)
    number, name = job.pop("id"), job.pop("job")
    try:
        answer = {"id": number, "answer": JOBS[name](**job)}
    except Exception as thrown:
        answer = {"id": number, "error": repr(thrown)}
    with writing:
        print(json.dumps(answer), flush=True)


def main():
    with ThreadPoolExecutor(WORKERS) as pool:
        for line in sys.stdin:
            pool.submit(run, line)


main()
