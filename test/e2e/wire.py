"""HTTP/1.1 over plain sockets: a target goes out byte for byte as it was given."""

import hashlib
import socket
import threading
from http.client import HTTPException, HTTPResponse

from pictures import read_picture

HOST = "127.0.0.1"
local = threading.local()


def connect(port):
    connection = socket.create_connection((HOST, port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def send(connection, port, method, target, headers):
    """Each character of `target` is one byte, so that no byte is out of reach."""
    lines = [f"{method} {target} HTTP/1.1", f"host: {HOST}:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def header_map(response):
    headers = {}
    for name, value in response.getheaders():
        headers.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in headers.items()}


def receive(connection, method):
    response = HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    headers = header_map(response)
    is_text = headers.get("content-type", "").startswith(("application/json", "text/"))
    answer = {
        "status": response.status,
        "headers": headers,
        "bytes": len(body),
        "md5": hashlib.md5(body).hexdigest(),
        "text": body.decode("utf-8", "replace")[:2000] if is_text else None,
        "image": read_picture(body),
    }
    return answer, response.will_close


def kept(port):
    """This thread's connection, and whether it has been used before."""
    pool = local.__dict__.setdefault("pool", {})
    known = pool.get(port)
    if known is None:
        pool[port] = connect(port)
    return pool[port], known is not None


def drop(port):
    local.pool.pop(port).close()


def exchange(port, method, target, headers):
    connection, used = kept(port)
    try:
        send(connection, port, method, target, headers)
        answer, closes = receive(connection, method)
    except (HTTPException, OSError):
        drop(port)
        if not used:
            raise
        # A kept connection may have been closed since; a fresh one may not.
        return exchange(port, method, target, headers)
    if closes:
        drop(port)
    return answer


def fetch(port, target, method="GET", headers=None, follow=0):
    """Follows at most `follow` redirects; `hops` are the answers before the last."""
    hops = []
    answer = exchange(port, method, target, headers or {})
    while answer["status"] == 307 and len(hops) < follow:
        hops.append(answer)
        answer = exchange(port, method, answer["headers"]["location"], headers or {})
    return {**answer, "hops": hops}


def burst(port, target, count):
    """The same request on `count` connections, all sent before the first answer is read."""
    connections = [connect(port) for _ in range(count)]
    for connection in connections:
        send(connection, port, "GET", target, {})
    answers = [receive(connection, "GET")[0] for connection in connections]
    for connection in connections:
        connection.close()
    return answers
