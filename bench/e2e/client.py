"""A viewer in Python's standard library alone, for an independent view of the protocol.

    client.py HOST:PORT ROOM TOKEN GOLDEN

It joins, says something, waits until it sees it shown, and holds every message
of the server against the golden files: an op that is not there, or a member that
no golden message of the op has, is a fault. Prints "ok" and ends with 0, or says
what is wrong.
"""

import base64
import json
import os
import socket
import struct
import sys
import uuid


def golden(path):
    """The members that messages of each op, and items of each kind, may have."""
    ops, items = {}, {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            m = json.loads(line)
            ops.setdefault(m["op"], set()).update(m)
            for it in m.get("items", []) + m.get("last", []):
                items.setdefault(it["t"], set()).update(it)
    return ops, items


class Viewer:
    def __init__(self, address, room, token):
        host, port = address.rsplit(":", 1)
        self.s = socket.create_connection((host, int(port)), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.s.sendall(
            f"GET /v1/rooms/{room}/ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: fudai.v1, fudai.token.{token}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.read(1)
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            sys.exit(f"handshake: {head.decode()}")

    def read(self, n):
        b = b""
        while len(b) < n:
            part = self.s.recv(n - len(b))
            if not part:
                sys.exit("the server closed the connection")
            b += part
        return b

    def frame(self, op, payload):
        mask = os.urandom(4)
        n = len(payload)
        size = bytes([0x80 | n]) if n < 126 else bytes([0x80 | 126]) + struct.pack(">H", n)
        self.s.sendall(bytes([0x80 | op]) + size + mask + bytes(c ^ mask[i & 3] for i, c in enumerate(payload)))

    def send(self, message):
        self.frame(1, json.dumps(message, ensure_ascii=False).encode())

    def next(self):
        while True:
            b0, b1 = self.read(2)
            n = b1 & 0x7F
            if n == 126:
                (n,) = struct.unpack(">H", self.read(2))
            elif n == 127:
                (n,) = struct.unpack(">Q", self.read(8))
            payload = self.read(n)
            if b0 & 0xF == 9:
                self.frame(10, payload)
            elif b0 & 0xF == 8:
                sys.exit(f"closed: {payload!r}")
            elif b0 & 0xF == 1:
                return json.loads(payload)


def main():
    address, room, token, path = sys.argv[1:]
    ops, items = golden(path)
    v = Viewer(address, room, token)
    mine, text = uuid.uuid4().hex, "来自 Python 的一句话 🐍"
    told, seen = set(), False
    faults = []
    v.send({"op": "say", "id": mine, "text": text})
    while not ({"sent", "shown"} <= told and seen):
        m = v.next()
        extra = set(m) - ops.get(m["op"], set())
        if extra:
            faults.append(f"{m['op']}: no golden message has {sorted(extra)}")
        for it in m.get("items", []) + m.get("last", []):
            if it["t"] == "give":
                continue  # written by giveaway, whose golden files have it
            extra = set(it) - items.get(it["t"], set())
            if extra:
                faults.append(f"item {it['t']}: no golden item has {sorted(extra)}")
            if it["t"] == "c" and it.get("id") == mine:
                seen = True
                if it["x"] != text:
                    faults.append(f"said {text!r}, shown {it['x']!r}")
        if m["op"] in ("ack", "out") and m.get("id") == mine:
            told.add(m["code"])
    v.frame(8, struct.pack(">H", 1000))
    if faults:
        sys.exit("\n".join(faults))
    print("ok")


main()
