#!/usr/bin/env python3
"""drawproof/v1 verifier in Python, standard library only.

    verify.py BUNDLE                     check a finished giveaway
    verify.py BUNDLE --receipt R.json    check a viewer's receipt against it
    verify.py BUNDLE --sample            which entrants a spot audit opens
    verify.py BUNDLE --openings FILE     check the bundle, and the openings that the operator gave an auditor
    verify.py --lines < BUNDLES          one bundle a line in, one JSON report a line out; where openings
                                         follow behind a tab, the report is theirs

It is written from the numbered specification in doc.go, apart from the Go code.
It computes everything but the pairing behind R23 (is sigma the beacon's
signature of the round?), which the Go and JavaScript verifiers check. A bundle
that passes all the rest is reported as "ok except beacon signature" with exit
code 100; otherwise the exit code is the number of the first rule that failed.
"""
import argparse
import base64
import functools
import hashlib
import hmac
import json
import math
import re
import struct
import sys

MAX_INT = 2**53 - 1
MAX_UNITS = 1_000_000
LEAF, EXCLUDED = struct.Struct(">B32sIIQ"), struct.Struct(">B32sI")
QUICKNET = {
    "kind": "quicknet",
    "chain": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "publicKey": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
                 "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    "genesis": 1692803367,
    "period": 3,
}


class Broken(Exception):
    """A rule does not hold."""


def need(condition, message):
    if not condition:
        raise Broken(message)


# --- R1: bytes and hashes ---------------------------------------------------

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def u32(x):
    return struct.pack(">I", x)


def u64(x):
    return struct.pack(">Q", x)


def lp(x):
    return u32(len(x)) + x


def domain(name):
    return b"drawproof/v1/" + name.encode() + b"\0"


# --- R2: canonical JSON -----------------------------------------------------

def encode(v):
    if isinstance(v, dict):
        names = sorted(v, key=lambda k: k.encode("utf-16-be"))
        return "{" + ",".join(encode(k) + ":" + encode(v[k]) for k in names) + "}"
    if isinstance(v, list):
        return "[" + ",".join(map(encode, v)) + "]"
    return json.dumps(v, ensure_ascii=False)


def jcs(v):
    return encode(v).encode()


def check_values(v, depth=0):
    if isinstance(v, (dict, list)):
        need(depth < 32, "nested deeper than 32")
        for x in v.values() if isinstance(v, dict) else v:
            check_values(x, depth + 1)
    elif isinstance(v, bool) or not isinstance(v, (int, str)):
        raise Broken("only objects, arrays, strings and integers are allowed")
    elif isinstance(v, int):
        need(-MAX_INT <= v <= MAX_INT, "integer of magnitude 2^53 or more")


def parse(raw, canonical=True):
    def pairs(items):
        o = dict(items)
        need(len(o) == len(items), "a member stands twice")
        return o

    def refuse(text):
        raise Broken("not an integer: " + text[:40])

    try:
        v = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse)
        check_values(v)
        same = jcs(v) == raw
    except Broken:
        raise
    except (ValueError, RecursionError) as err:
        raise Broken(f"not JSON: {err}") from None
    need(same or not canonical, "not in canonical form")
    return v


# --- R3, R4: shapes -----------------------------------------------------------

def text(path, v):
    need(isinstance(v, str), f"{path} is not a string")


def bounded(least, most):
    def check(path, v):
        text(path, v)
        need(least <= len(v.encode()) <= most, f"{path} has not {least} to {most} bytes")
    return check


def name(path, v):
    text(path, v)
    need(re.fullmatch(r'[!#-\[\]-~]{1,64}', v), f"{path} is not an id")


def one_of(*allowed):
    def check(path, v):
        need(v in allowed, f"{path} is none of {allowed}")
    return check


def integer(least, most):
    def check(path, v):
        need(isinstance(v, int), f"{path} is not an integer")
        need(least <= v <= most, f"{path} is {v}, outside {least}..{most}")
    return check


def hex_of(*sizes):
    def check(path, v):
        text(path, v)
        ok = re.fullmatch(r"[0-9a-f]*", v) and len(v) % 2 == 0 and len(v) // 2 in sizes
        need(ok, f"{path} is not lower-case hex of {sizes} bytes")
    return check


def unrow(v, row, kind):
    try:
        raw = base64.b64decode(v.encode("ascii"), validate=True)
    except ValueError:
        raise Broken("not base64") from None
    need(base64.b64encode(raw).decode() == v, "base64 is not canonical")
    need(len(raw) % row.size == 0, f"{len(raw)} bytes are not rows of {row.size}")
    rows = [r for r in row.iter_unpack(raw)]
    need(all(r[0] == kind for r in rows), "a row is of another kind")
    return [r[1:] for r in rows]


def rows(row, kind):
    def check(path, v):
        text(path, v)
        unrow(v, row, kind)
    return check


def array(least, most, item):
    def check(path, v):
        need(isinstance(v, list), f"{path} is not a list")
        need(least <= len(v) <= most, f"{path} has {len(v)} items, outside {least}..{most}")
        for i, x in enumerate(v):
            item(f"{path}[{i}]", x)
    return check


def members(shapes, others=False):
    def check(path, v):
        need(isinstance(v, dict), f"{path} is not an object")
        known = 0
        for label, shape in shapes.items():
            member = label.rstrip("?")
            if member in v:
                known += 1
                shape(f"{path}.{member}", v[member])
            else:
                need(label.endswith("?"), f"{path} has no member {member}")
        need(others or known == len(v), f"{path} has members that do not belong there")
    return check


WORD, U53, MILLIS, H32, SIG = integer(0, 2**32 - 1), integer(0, MAX_INT), integer(0, 2**43), hex_of(32), hex_of(64)
ROUND = integer(1, MAX_INT)
PLAN = members({
    "event": name, "selection": one_of("lot", "first"),
    "prizes": array(1, 100, members({
        "id": name, "qty": integer(1, MAX_UNITS),
        "split?": members({"mode": one_of("double-mean", "equal"), "underfill": one_of("return", "resplit"),
                           "total": U53, "min": U53, "max": U53}),
        "stepUp?": one_of("platform"),
    }, others=True)),
    "alternates": integer(0, MAX_UNITS), "draws": integer(1, 1000), "maxWeight": integer(1, 64),
    "openAt": MILLIS, "closeAt": MILLIS, "graceMs": integer(0, 60_000), "sealBudgetMs": integer(0, 3_600_000),
    "appendTimes": one_of("log", "fact"), "partitions": array(1, 1024, WORD),
    "beacon": members({"kind": one_of("quicknet", "local"), "chain": H32, "publicKey": hex_of(96),
                       "genesis": integer(0, 2**33), "period": integer(1, 86400)}),
    "round": ROUND, "ladderStep": integer(1, 1000),
    "tagKeyCommit": H32, "engineKey": H32, "receiptKey": H32,
    "claimTtlMs": integer(0, 2**43), "disqualify": array(0, 100, name), "vrf?": members({"key": H32}),
    "caps?": array(0, 100, members({}, others=True)),
    "log?": members({"origin": name, "key": H32, "witnesses": array(0, 16, members({"name": name, "key": H32})),
                     "quorum": integer(2, 16), "marginMs": integer(2000, 3_600_000),
                     "mirrors?": array(1, 16, members({"name": name, "key": H32}))}),
}, others=True)
LOG_PLACE = members({"index": U53, "path": array(0, 64, H32)})
BUNDLE = members({
    "format": one_of("drawproof/v1/bundle"), "plan": members({}, others=True),
    "amendments": array(0, 100, members({
        "after": U53, "closeAt": MILLIS, "event": name, "partition": WORD, "previous": H32, "round": ROUND,
        "signature": SIG})),
    "markers": array(0, 4096, members({
        "kind": one_of("open", "close"), "partition": WORD, "offset": U53, "now": MILLIS, "time": MILLIS,
        "signature": SIG})),
    "entrants": rows(LEAF, 1), "excluded": rows(EXCLUDED, 2),
    "close": members({
        "event": name, "planHash": H32, "root": H32, "excludedRoot": H32, "entrants": U53, "totalWeight": U53,
        "excluded": U53, "capOffset": U53, "round": ROUND,
        "ranges": array(0, 1024, members({"partition": WORD, "open": U53, "close": U53}))}),
    "closeHash": H32, "sealedBy": one_of("owner", "standby"), "sigma": hex_of(48), "proof?": hex_of(80),
    "result": members({
        "closeHash": H32, "drawNo": WORD,
        "winners": array(0, MAX_UNITS, members({
            "rank": WORD, "tag": H32, "score": H32, "prize": name, "amount": U53, "grant": H32})),
        "alternates": array(0, MAX_UNITS, members({"rank": WORD, "tag": H32, "score": H32, "grant": H32})),
        "cutoff": members({"winner": hex_of(0, 32), "alternate": hex_of(0, 32)}), "returned": U53}),
    "resultHash": H32,
    "claims": array(0, 4 * MAX_UNITS, members({
        "unit": WORD, "rank": WORD, "grant": H32, "amount": U53, "code": text,
        "state": one_of("open", "claimed", "settled", "expired", "disqualified", "skipped"),
        "review?": members({"at": MILLIS, "words": array(0, 9, members({
            "partition": WORD, "after": U53, "now": MILLIS, "outcome": one_of("confirmed", "refused"), "ref": H32}))})})),
    "grade": members({"letter": one_of("A+V", "A", "B", "C", "D"), "reasons": array(0, 20, name)}),
    "log?": members({
        "size": U53, "root": H32, "signature": SIG, "plan": LOG_PLACE, "close": LOG_PLACE,
        "cosignatures": array(0, 16, members({"name": name, "time": integer(0, 2**33), "signature": SIG}))}),
    "mirrored?": array(1, 16, members({"name": name, "time": integer(0, 2**33), "signature": SIG})),
    "signature": SIG,
})
RECEIPT = members({
    "event": name, "planHash": H32, "tag": H32, "salt": hex_of(16), "weight": WORD, "partition": WORD,
    "offset": U53, "signature": SIG,
    "proof": members({"index": U53, "size": U53, "path": array(0, 64, H32)}),
})
OPENINGS = members({
    "format": one_of("drawproof/v1/openings"), "event": name, "closeHash": H32, "eventKey": H32, "signature": SIG,
    "openings": array(0, 200, members({
        "index": U53, "user": bounded(1, 255), "path": array(0, 64, H32), "receipt": RECEIPT,
        "account?": members({"at": MILLIS, "createdAt?": MILLIS, "followedAt?": MILLIS, "verified?": integer(0, 1),
                             "phone?": bounded(1, 64)}),
    })),
})


def check_plan(p):
    PLAN("plan", p)
    need(p["openAt"] < p["closeAt"], "plan opens after it closes")
    need(all(a < b for a, b in zip(p["partitions"], p["partitions"][1:])), "partitions are not ascending")
    need(p["selection"] == "lot" or len(p["partitions"]) == 1, "partitions have no common order")
    ids = [z["id"] for z in p["prizes"]]
    need(len(set(ids)) == len(ids), "a prize stands twice")
    need(sum(z["qty"] for z in p["prizes"]) <= MAX_UNITS, "too many prize units")
    need(p["claimTtlMs"] > 0 or not any("stepUp" in z for z in p["prizes"]),
         "a prize asks for a confirmation, and there is no time for it")
    sums = 0
    for z in p["prizes"]:
        if "split" in z:
            check_split(z["split"], z["qty"])
            sums += z["split"]["total"]
    need(sums <= MAX_INT, "the sums of the prizes are too large together")
    if "log" in p:
        check_log(p["log"], p["engineKey"])
    if "vrf" in p:
        log = p.get("log", {"key": "", "witnesses": []})
        others = [p["engineKey"], p["receiptKey"], log["key"]]
        others += [w["key"] for w in log["witnesses"] + log.get("mirrors", [])]
        need(p["vrf"]["key"] not in others, "the key of the operator's proof is another's")


def check_log(log, engine):
    witnesses, mirrors = log["witnesses"], log.get("mirrors", [])
    for some in (witnesses, mirrors):
        names, keys = [w["name"] for w in some], [w["key"] for w in some]
        need(all(a < b for a, b in zip(names, names[1:])), "witnesses or mirrors are not ascending by name")
        need(len(set(keys)) == len(keys) and not {engine, log["key"]} & set(keys), "a key stands there twice")
        need(not any("+" in x for x in names), "a name has a plus sign")
    need("+" not in log["origin"], "a name has a plus sign")
    for m in mirrors:
        need(all((m["name"] == w["name"]) == (m["key"] == w["key"]) for w in witnesses), "a mirror is half a witness")


def check_split(s, n):
    need(s["min"] >= 1 and s["min"] * n <= s["total"], "the least packets need more than the total")
    if s["max"]:
        need(s["underfill"] == "return", "a maximum cannot be kept when fewer share the total")
        need(s["max"] >= s["min"] and s["max"] * n >= s["total"], "the largest packets cannot hold the total")


# --- R12: Ed25519 (RFC 8032; no cofactor, R compared as bytes, S below L) -----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def ed_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def ed_decode(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, (y & (2**255 - 1)) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * SQRT_M1 % P
    if (v * x * x - u) % P:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


BASE = ed_decode(bytes.fromhex("58" + "66" * 31))


@functools.lru_cache(maxsize=4096)  # a file of many bundles repeats signatures
def ed25519(key, message, signature):
    a, s = ed_decode(key), int.from_bytes(signature[32:], "little")
    if a is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus = (-a[0] % P, a[1], 1, -a[3] % P)
    both = ed_add(BASE, minus)
    r = (0, 1, 1, 0)
    for i in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        r = ed_add(r, r)
        pick = (s >> i & 1, k >> i & 1)
        if pick != (0, 0):
            r = ed_add(r, both if pick == (1, 1) else BASE if pick == (1, 0) else minus)
    inv = pow(r[2], P - 2, P)
    x, y = r[0] * inv % P, r[1] * inv % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- R44: ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, suite 0x03) -------------------

ZERO = (0, 1, 1, 0)


def ed_times(n, point):
    out = ZERO
    for bit in bin(n)[2:]:
        out = ed_add(out, out)
        if bit == "1":
            out = ed_add(out, point)
    return out


def ed_encode(point):
    inv = pow(point[2], P - 2, P)
    x, y = point[0] * inv % P, point[1] * inv % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed_strict(raw):
    """A point in its one canonical encoding, or None."""
    point = ed_decode(raw)
    return point if point and ed_encode(point) == raw else None


def ed_minus(point):
    return -point[0] % P, point[1], point[2], -point[3] % P


def ecvrf_hash(front, *parts):
    return hashlib.sha512(bytes([3, front]) + b"".join(parts) + b"\0").digest()


def ecvrf_point(key, alpha):
    """Try and increment (5.4.1.1)."""
    for ctr in range(256):
        point = ed_strict(ecvrf_hash(1, key, alpha, bytes([ctr]))[:32])
        if point and ed_encode(ed_times(8, point)) != ed_encode(ZERO):
            return ed_times(8, point)
    raise ValueError("256 hashes in a row are no points")


@functools.lru_cache(maxsize=4096)
def ecvrf(key, alpha, pi):
    """The 64 bytes that pi proves for alpha under key, or None (5.3)."""
    y, gamma, s = ed_strict(key), ed_strict(pi[:32]), int.from_bytes(pi[48:], "little")
    c = int.from_bytes(pi[32:48], "little")
    if not y or ed_encode(ed_times(8, y)) == ed_encode(ZERO) or not gamma or s >= L:
        return None
    h = ecvrf_point(key, alpha)
    u = ed_add(ed_times(s, BASE), ed_times(c, ed_minus(y)))
    v = ed_add(ed_times(s, h), ed_times(c, ed_minus(gamma)))
    again = ecvrf_hash(2, key, *(ed_encode(p) for p in (h, gamma, u, v)))[:16]
    return ecvrf_hash(3, ed_encode(ed_times(8, gamma))) if again == pi[32:48] else None


# --- R17: trees ---------------------------------------------------------------

def tree(leaves):
    level = [sha(b"\0", leaf) for leaf in leaves]
    if not level:
        return sha()
    while len(level) > 1:
        up = [sha(b"\1", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = up + level[len(level) & ~1:]
    return level[0]


def climb(leaf, proof):
    """The root to which an inclusion path leads (RFC 9162, 2.1.3.2)."""
    index, size = proof["index"], proof["size"]
    need(index < size, "index is outside the tree")
    node, last, head = index, size - 1, sha(b"\0", leaf)
    for step in proof["path"]:
        need(last > 0, "path is too long")
        sibling = bytes.fromhex(step)
        if node & 1 or node == last:
            head = sha(b"\1", sibling, head)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            head = sha(b"\1", head, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0, "path is too short")
    return head


# --- R24 to R30: from sigma to the result ---------------------------------------

class Stream:
    """Uniform integers from HMAC blocks (R27)."""

    def __init__(self, key, label):
        self.key, self.label, self.block, self.words = key, label, 0, []

    def word(self):
        if not self.words:
            self.words = list(struct.unpack(">4Q", mac(self.key, self.label, u64(self.block))))
            self.block += 1
        return self.words.pop(0)

    def below(self, n):
        m = self.word() * n
        threshold = (2**64 - n) % n
        while m % 2**64 < threshold:
            m = self.word() * n
        return m >> 64


def amounts(split, key, prize, n):
    if n == 0:
        return []
    stream, total = Stream(key, lp(prize.encode())), split["total"]
    if split["mode"] == "equal":
        out = [total // n + (1 if i < total % n else 0) for i in range(n)]
    else:
        out = []
        for left in range(n, 1, -1):
            low = split["min"]
            high = low + 2 * (total - left * low) // left
            if split["max"]:
                high = min(high, split["max"])
                low = max(low, total - (left - 1) * split["max"])
                high = max(high, low)
            out.append(low + stream.below(high - low + 1))
            total -= out[-1]
        out.append(total)
    for i in range(n - 1, 0, -1):
        j = stream.below(i + 1)
        out[i], out[j] = out[j], out[i]
    return out


def sample(audit_key, n):
    stream, order, drawn = Stream(audit_key, lp(b"sample")), {}, []
    for i in range(min(n, 200)):
        j = i + stream.below(n - i)
        drawn.append(order.get(j, j))
        order[j] = order.get(i, i)
    return sorted(drawn)


def draw(plan, plan_hash, close_hash, entrants, sigma, beta, number):
    prk = mac(close_hash, lp(sigma) + lp(beta))
    draw_key = mac(prk, domain("draw"), u32(number), b"\1")
    split_key = mac(prk, domain("split"), u32(number), b"\1")

    def score(entry):
        tag, weight, partition, offset = entry
        if plan["selection"] == "first":
            return bytes(20) + u32(partition) + u64(offset)
        return min(mac(draw_key, tag, u32(j)) for j in range(min(max(weight, 1), 64)))

    def grant(rank, entry):
        if plan["selection"] == "first":
            return sha(domain("grant"), plan_hash, u32(entry[2]), u64(entry[3])).hex()
        return sha(domain("grant"), close_hash, u32(rank)).hex()

    units = sum(z["qty"] for z in plan["prizes"])
    ranked = sorted(((score(e), e[0], e) for e in entrants), key=lambda x: x[:2])[:units + plan["alternates"]]
    lines = [{"rank": i + 1, "tag": t.hex(), "score": s.hex(), "grant": grant(i + 1, e)}
             for i, (s, t, e) in enumerate(ranked)]
    winners, alternates, returned, start = lines[:units], lines[units:], 0, 0
    for z in plan["prizes"]:
        here = winners[start:start + z["qty"]]
        start += z["qty"]
        cut = []
        if "split" in z:
            resplit = z["split"]["underfill"] == "resplit"
            cut = amounts(z["split"], split_key, z["id"], len(here) if resplit else z["qty"])
            returned += z["split"]["total"] - sum(cut[:len(here)])
        for i, w in enumerate(here):
            w["prize"], w["amount"] = z["id"], cut[i] if cut else 0
    return prk, {
        "closeHash": close_hash.hex(), "drawNo": number, "winners": winners, "alternates": alternates,
        "cutoff": {"winner": winners[-1]["score"] if winners else "",
                   "alternate": alternates[-1]["score"] if alternates else ""},
        "returned": returned,
    }


# --- the bundle -------------------------------------------------------------------

def round_at(beacon, ms):
    wait, period = ms - beacon["genesis"] * 1000, beacon["period"] * 1000
    return 1 if wait <= 0 else (wait + period - 1) // period + 1


def body(o):
    return jcs({k: v for k, v in o.items() if k != "signature"})


class Evidence:
    """A bundle and all that follows from its plan, markers, lists and sigma."""

    def __init__(self, b):
        self.b, self.plan = b, b["plan"]
        p = self.plan
        self.engine = bytes.fromhex(p["engineKey"])
        self.entrants, self.excluded = unrow(b["entrants"], LEAF, 1), unrow(b["excluded"], EXCLUDED, 2)
        self.plan_hash = self.hash = sha(domain("plan"), jcs(p))
        self.close_at, self.round, self.amend_errors = p["closeAt"], p["round"], []
        for a in b["amendments"]:
            self.amend(a)
        self.ranges = []
        for partition in p["partitions"]:
            at = {}
            for m in b["markers"]:
                if m["partition"] == partition:
                    at.setdefault(m["kind"], m["offset"])
            self.ranges.append({"partition": partition, "open": at.get("open", 0), "close": at.get("close", 0)})
        self.root = tree([b"\1" + e[0] + u32(e[1]) + u32(e[2]) + u64(e[3]) for e in self.entrants])
        self.excluded_root = tree([b"\2" + x[0] + u32(x[1]) for x in self.excluded])
        self.weight = sum(e[1] for e in self.entrants)
        close = (lp(p["event"].encode()) + self.hash + self.root + u64(len(self.entrants)) + u64(self.weight)
                 + self.excluded_root + u64(len(self.excluded)) + u64(b["close"]["capOffset"])
                 + u64(b["close"]["round"]) + u32(len(self.ranges)))
        for r in self.ranges:
            close += u32(r["partition"]) + u64(r["open"]) + u64(r["close"])
        self.close_hash = sha(domain("close"), close)
        self.late = self.instant(lambda at, due: at > due + p["graceMs"])
        self.judge_log()
        self.judge_mirrors()
        self.judge_proof()
        self.seed, self.result = draw(p, self.plan_hash, self.close_hash, self.entrants,
                                      bytes.fromhex(b["sigma"]), self.beta, b["result"]["drawNo"])

    def amend(self, a):
        message = domain("amendment") + body(a)
        for ok, what in (
            (a["event"] == self.plan["event"], "another event"),
            (a["previous"] == self.hash.hex(), "does not follow the plan"),
            (a["closeAt"] > self.close_at and a["round"] > self.round, "does not move forward"),
            (a["partition"] in self.plan["partitions"], "partition is not in the plan"),
            (ed25519(self.engine, message, bytes.fromhex(a["signature"])), "not signed by the engine key"),
        ):
            if not ok:
                self.amend_errors.append("amendment: " + what)
        self.hash, self.close_at, self.round = sha(message), a["closeAt"], a["round"]

    def judge_log(self):
        """R38 to R41: what each finds, and how many witnesses saw the seal in time."""
        self.seen, self.logged = 0, {38: [], 39: [], 40: []}
        log, shown = self.plan.get("log"), self.b.get("log")
        if shown and not log:
            self.logged[38].append("the bundle shows a log, the plan names none")
        if not shown or not log:
            return
        for kind, value in (("plan", self.plan_hash), ("close", self.close_hash)):
            leaf = jcs({"event": self.plan["event"], "hash": value.hex(), "kind": kind})
            try:
                head = climb(leaf, dict(shown[kind], size=shown["size"]))
            except Broken:
                head = b""
            if head.hex() != shown["root"]:
                self.logged[38].append(f"the {kind} entry is not in the log")
        root = base64.b64encode(bytes.fromhex(shown["root"])).decode()
        note = f"{log['origin']}\n{shown['size']}\n{root}\n".encode()
        if not ed25519(bytes.fromhex(log["key"]), note, bytes.fromhex(shown["signature"])):
            self.logged[39].append("checkpoint is not signed by the log key")
        before, in_time, latest = "", 0, self.last_word()
        keys = {w["name"]: bytes.fromhex(w["key"]) for w in log["witnesses"]}
        for c in shown["cosignatures"]:
            message = f"cosignature/v1\ntime {c['time']}\n".encode() + note
            ordered, before = c["name"] > before, c["name"]
            if not ordered or c["name"] not in keys or not ed25519(keys[c["name"]], message, bytes.fromhex(c["signature"])):
                self.logged[40].append(f"cosignature of {c['name']} is out of order or not its own")
            elif 1000 * c["time"] <= latest:
                in_time += 1
        if not self.logged[38] and not self.logged[39]:
            self.seen = in_time

    def last_word(self):
        """The last Unix ms at which a witness or a mirror is in time."""
        beacon = self.plan["beacon"]
        due = (beacon["genesis"] + (self.b["close"]["round"] - 1) * beacon["period"]) * 1000
        return due - self.plan["log"]["marginMs"]

    def judge_mirrors(self):
        """R42, R43: what is wrong with the words of mirrors, and how many held the list in time."""
        self.held, self.forged, before = 0, [], ""
        keys = {m["name"]: bytes.fromhex(m["key"]) for m in self.plan.get("log", {}).get("mirrors", [])}
        for w in self.b.get("mirrored", []):
            message = domain("mirror") + self.close_hash + u64(w["time"])
            ordered, before = w["name"] > before, w["name"]
            if not ordered or w["name"] not in keys or not ed25519(keys[w["name"]], message, bytes.fromhex(w["signature"])):
                self.forged.append(f"the word of mirror {w['name']} is out of order or not its own")
            elif 1000 * w["time"] <= self.last_word():
                self.held += 1

    def judge_proof(self):
        """R44: the operator's part of the seed, empty where nothing is proved."""
        self.beta, self.unproved = b"", ""
        vrf, proof = self.plan.get("vrf"), self.b.get("proof")
        if vrf and proof:
            alpha = domain("alpha") + self.close_hash + lp(bytes.fromhex(self.b["sigma"]))
            beta = ecvrf(bytes.fromhex(vrf["key"]), alpha, bytes.fromhex(proof))
            self.beta, self.unproved = beta or b"", "" if beta else "the operator's proof does not hold"
        elif vrf or proof:
            self.unproved = "the plan asks for a proof, or the bundle has one, and not both"

    def sample(self):
        """R46: the entrants that the operator must open to an auditor."""
        return sample(mac(self.seed, domain("audit"), b"\1"), len(self.entrants))

    def enough(self):
        return "log" in self.plan and self.seen >= self.plan["log"]["quorum"]

    def instant(self, wrong):
        """The first marker at whose instant wrong holds, or None."""
        for m in self.b["markers"]:
            due = self.plan["openAt"] if m["kind"] == "open" else self.close_at
            times = [m["now"]] + ([m["time"]] if self.plan["appendTimes"] == "log" else [])
            if any(wrong(at, due) for at in times):
                return m
        return None

    def grade(self):
        letter, reasons = "A", []
        later = self.b["close"]["round"] != self.round
        for holds, to, reason in (
            (self.seen == 0, "B", "no-witnesses"),
            (self.seen > 0 and not self.enough(), "B", "few-witnesses"),
            (self.enough() and self.held == 0, "B", "no-mirror"),
            (self.plan["beacon"]["kind"] == "local", "D", "local-beacon"),
            (self.plan["selection"] == "first", "D", "order-of-arrival"),
            (self.late, "C", "late-marker"),
            (later, "D" if self.late else "C", "later-round"),
            (self.b["sealedBy"] == "owner", "A", "sealed-by-one-host"),
        ):
            if holds:
                letter = max(letter, to)
                reasons.append(reason)
        if letter == "A" and self.beta:
            letter = "A+V"
        return {"letter": letter, "reasons": reasons}


def r5(e):
    c = e.plan["beacon"]
    if c["kind"] == "quicknet":
        need(c == QUICKNET, "chain differs from the pinned quicknet")
    else:
        want = sha(domain("chain"), lp(bytes.fromhex(c["publicKey"])), u64(c["genesis"]), u64(c["period"]))
        need(c["chain"] == want.hex(), "chain hash does not fit the chain")


def r6(e):
    for x in [e.plan] + e.b["amendments"]:
        want = round_at(e.plan["beacon"], x["closeAt"] + e.plan["graceMs"] + e.plan["sealBudgetMs"])
        need(x["round"] == want, f"round is {x['round']}, the first possible is {want}")


def r7(e):
    need(not e.amend_errors, "; ".join(e.amend_errors))
    need(e.b["close"]["event"] == e.plan["event"], "close record is for another event")
    need(e.b["close"]["planHash"] == e.hash.hex(), "close record is for another plan")
    need(len(e.b["amendments"]) <= 2, "too many amendments")
    for a in e.b["amendments"]:
        for r in e.ranges:
            need(r["partition"] != a["partition"] or a["after"] < r["close"], "amendment after the close marker")


def r9(e):
    need(all(a[0] < b[0] for a, b in zip(e.entrants, e.entrants[1:])), "entrants out of order, or one there twice")


def r10(e):
    need(all(1 <= x[1] <= e.plan["maxWeight"] for x in e.entrants), "a weight is out of range")


def r11(e):
    kinds = sorted((m["partition"], m["kind"]) for m in e.b["markers"])
    want = sorted((p, k) for p in e.plan["partitions"] for k in ("open", "close"))
    need(kinds == want, "not one open and one close marker a partition")
    need(all(r["open"] < r["close"] for r in e.ranges), "a close marker is not behind its open marker")


def r12(e):
    for m in e.b["markers"]:
        kind, plan_hash = (b"\1", e.plan_hash) if m["kind"] == "open" else (b"\2", e.hash)
        message = (domain("marker") + lp(e.plan["event"].encode()) + plan_hash + kind
                   + u32(m["partition"]) + u64(m["now"]))
        need(ed25519(e.engine, message, bytes.fromhex(m["signature"])), "a marker is not signed by the engine key")


def r13(e):
    windows = {r["partition"]: (r["open"], r["close"]) for r in e.ranges}
    for i, (_, _, partition, offset) in enumerate(e.entrants):
        low, high = windows.get(partition, (0, 0))
        need(low < offset < high, f"entrant {i} is outside the window")


def r14(e):
    need(len({x[2:] for x in e.entrants}) == len(e.entrants), "two entrants rest on one record")


def r15(e):
    need(all(a[0] < b[0] for a, b in zip(e.excluded, e.excluded[1:])), "exclusions out of order, or one there twice")
    need(all(x[1] > 0 for x in e.excluded), "an exclusion has no reason")


def r16(e):
    need(not {x[0] for x in e.excluded} & {x[0] for x in e.entrants}, "somebody is both entrant and excluded")


def r17(e):
    need(e.b["close"]["root"] == e.root.hex(), "entrant root does not fit the list")


def r18(e):
    need(e.b["close"]["excludedRoot"] == e.excluded_root.hex(), "excluded root does not fit the list")


def r19(e):
    c = e.b["close"]
    need((c["entrants"], c["totalWeight"], c["excluded"]) == (len(e.entrants), e.weight, len(e.excluded)),
         "counts do not fit the lists")


def r20(e):
    need(e.b["close"]["ranges"] == e.ranges, "sealed windows are not the markers'")


def r21(e):
    steps = e.b["close"]["round"] - e.round
    step = e.plan["ladderStep"]
    need(steps >= 0 and steps % step == 0 and steps // step <= 10, "round is not a step of the ladder")


def r22(e):
    need(e.b["closeHash"] == e.close_hash.hex(), "close hash does not fit the close record")


def r24(e):
    need(e.b["result"]["drawNo"] < e.plan["draws"], "the plan does not list this draw")


def agree(kind, *names):
    def check(e):
        for got, want in zip(e.b["result"][kind], e.result[kind]):
            for n in names:
                need(got[n] == want[n], f"{n} of rank {want['rank']} is {got[n]}, computed {want[n]}")
    return check


def ranking(kind):
    def check(e):
        need(len(e.b["result"][kind]) == len(e.result[kind]), f"number of {kind} differs")
        agree(kind, "rank", "tag", "score")(e)
    return check


def r27(e):
    agree("winners", "amount")(e)
    need(e.b["result"]["returned"] == e.result["returned"], "amount returned differs")


def r29(e):
    need(e.b["result"]["cutoff"] == e.result["cutoff"], "cutoffs differ")


def r30(e):
    agree("winners", "grant")(e)
    agree("alternates", "grant")(e)


def r31(e):
    need(e.b["result"]["closeHash"] == e.close_hash.hex(), "result is for another seal")
    need(e.b["resultHash"] == sha(domain("result"), jcs(e.b["result"])).hex(), "result hash does not fit")


def r32(e):
    winners, spare = e.result["winners"], list(e.result["alternates"])
    holder = {w["rank"]: w for w in winners}
    for c in e.b["claims"]:
        h = holder.pop(c["unit"], None)
        need(h and h["rank"] == c["rank"], f"rank {c['rank']} cannot hold unit {c['unit']}")
        need(c["grant"] == h["grant"], "grant of a claim differs")
        need(c["amount"] == winners[c["unit"] - 1]["amount"], "amount of a claim differs")
        state, code = c["state"], c["code"]
        if state == "disqualified":
            need(code in e.plan["disqualify"], f"disqualified by {code!r}, which the plan does not list")
        elif state == "skipped":
            need(code == "cap" and e.plan.get("caps"), "skipped for no reason that the plan knows")
        else:
            need(state != "expired" or e.plan["claimTtlMs"] > 0, "expired, yet the plan sets no time limit")
            need(code == "" or (state, code) == ("expired", "unconfirmed"), "state takes no code")
        if state in ("expired", "disqualified", "skipped") and spare:
            holder[c["unit"]] = spare.pop(0)
    need(not holder, "a unit has a holder that no claim names")


def r33(e):
    need(not e.instant(lambda at, due: at < due - e.plan["graceMs"]), "a marker comes too early")


def r34(e):
    need(not e.late, "a marker comes late")


def r35(e):
    need(e.b["grade"] == e.grade(), f"the evidence gives {e.grade()}")


def logged(number):
    def check(e):
        need(not e.logged[number], "; ".join(e.logged[number]))
    return check


def r41(e):
    need(e.enough(), f"{e.seen} witnesses saw the seal in time")


def r42(e):
    need(not e.forged, "; ".join(e.forged))


def r43(e):
    need(e.held > 0, "no mirror held the list in time")


def r44(e):
    need(not e.unproved, e.unproved)


def r45(e):
    tiers, free = {z["id"]: z for z in e.plan["prizes"]}, {}
    winners = e.result["winners"]
    for c in e.b["claims"]:
        if not 1 <= c["unit"] <= len(winners):
            continue  # R32 says so
        asks, review, state = "stepUp" in tiers[winners[c["unit"] - 1]["prize"]], c.get("review"), c["state"]
        if not asks:
            need(review is None and c["code"] != "unconfirmed", "a holder is reviewed, and the plan asks for none")
            continue
        if review is None:
            need(state not in ("claimed", "settled", "expired"), "the plan asks for a review, and there is none")
            continue
        need(state != "skipped", "a holder is reviewed and skipped")
        last, until = review["at"], review["at"] + e.plan["claimTtlMs"]
        for i, w in enumerate(review["words"]):
            closed = any(r["partition"] == w["partition"] and w["after"] >= r["close"] for r in e.ranges)
            need(closed, "a word stands before the close")
            need(last <= w["now"] < until, "a word is out of time or out of order")
            need(w["outcome"] != "confirmed" or i == len(review["words"]) - 1, "words follow a confirmation")
            last = w["now"]
        confirmed = bool(review["words"]) and review["words"][-1]["outcome"] == "confirmed"
        need(confirmed or state not in ("claimed", "settled"), f"rank {c['rank']} keeps a unit without being confirmed")
        need(state != "expired" or confirmed == (c["code"] == ""), f"rank {c['rank']} lost a unit with code {c['code']!r}")
        need(review["at"] >= free.get(c["unit"], 0), f"rank {c['rank']} has a unit before the time of the one before is over")
        if state == "expired":
            free[c["unit"]] = until


def r36(e):
    message = domain("bundle") + sha(body(e.b))
    need(ed25519(e.engine, message, bytes.fromhex(e.b["signature"])), "bundle is not signed by the engine key")


RULES = {
    5: r5, 6: r6, 7: r7, 9: r9, 10: r10, 11: r11, 12: r12, 13: r13, 14: r14, 15: r15, 16: r16, 17: r17, 18: r18,
    19: r19, 20: r20, 21: r21, 22: r22, 23: None, 24: r24, 25: ranking("winners"), 26: agree("winners", "prize"),
    27: r27, 28: ranking("alternates"), 29: r29, 30: r30, 31: r31, 32: r32, 33: r33, 34: r34, 35: r35, 36: r36,
    38: logged(38), 39: logged(39), 40: logged(40), 41: r41, 42: r42, 43: r43,
    44: r44, 45: r45,
}


def verify(raw):
    report = {"verdict": "failed", "event": "", "grade": {"letter": "", "reasons": []}, "rules": [], "values": {}}

    def rule(number, check, *args):
        status, detail, out = "pass", "", None
        try:
            out = check(*args)
        except Broken as err:
            status, detail = "lowers" if number in (34, 41, 43) else "fail", str(err)
        report["rules"].append({"rule": f"R{number}", "status": status, "detail": detail})
        return status == "pass", out

    ok, b = rule(2, parse_bundle, raw)
    if not ok or not rule(3, BUNDLE, "bundle", b)[0] or not rule(4, check_plan, b["plan"])[0]:
        return report
    e = Evidence(b)
    for number, check in RULES.items():
        if check:
            rule(number, check, e)
        else:
            report["rules"].append({"rule": f"R{number}", "status": "skip",
                                    "detail": "the pairing is left to the Go and JavaScript verifiers"})
    if all(f["status"] != "fail" for f in report["rules"]):
        report["verdict"] = "ok except beacon signature"
    code = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int.from_bytes(e.close_hash[:5], "big") >> s & 31]
                   for s in range(35, -1, -5))
    report.update(event=e.plan["event"], grade=e.grade(), values={
        "planHash": e.hash.hex(), "root": e.root.hex(), "excludedRoot": e.excluded_root.hex(),
        "closeHash": e.close_hash.hex(), "sealCode": code[:4] + "-" + code[4:], "seed": e.seed.hex(),
        "resultHash": sha(domain("result"), jcs(e.result)).hex(),
        "bundle": sha(domain("bundle") + sha(body(b))).hex(),
        "sampleHash": sha(domain("sample"), *(u32(i) for i in e.sample())).hex(),
    })
    return report


def parse_bundle(raw):
    b = parse(raw)
    need(isinstance(b, dict), "bundle is not an object")
    return b


def readable(raw):
    """A bundle of which R2 to R4 hold."""
    b = parse_bundle(raw)
    BUNDLE("bundle", b)
    check_plan(b["plan"])
    return b


# --- R37: receipts ------------------------------------------------------------------

def trace(raw, receipt, uid=""):
    out = {"finding": {"rule": "R37", "status": "pass", "detail": ""}, "fate": "", "rank": 0, "reason": 0,
           "score": "", "cutoff": ""}
    try:
        b = readable(raw)
        r = parse(receipt, canonical=False)
        RECEIPT("receipt", r)
        follow(out, Evidence(b), r, uid)
    except Broken as err:
        out["finding"].update(status="fail", detail=str(err))
    return out


def follow(out, e, r, uid):
    event, tag = r["event"].encode(), bytes.fromhex(r["tag"])
    need(r["event"] == e.plan["event"] and r["planHash"] == e.plan_hash.hex(), "receipt is for another event or plan")
    salt = bytes.fromhex(r["salt"])
    need(not uid or sha(domain("tag"), lp(event), lp(uid.encode()), salt) == tag, "the tag is not that user's")
    leaf = b"\3" + tag + u32(r["weight"]) + u32(r["partition"]) + u64(r["offset"])
    root = climb(leaf, r["proof"])
    message = domain("receipt") + lp(event) + e.plan_hash + u64(r["proof"]["size"]) + root
    need(ed25519(bytes.fromhex(e.plan["receiptKey"]), message, bytes.fromhex(r["signature"])),
         "receipt is not signed by the receipt key")
    inside = any(w["partition"] == r["partition"] and w["open"] < r["offset"] < w["close"] for w in e.ranges)
    out["fate"] = "omitted" if inside else "outside"
    reason = next((x[1] for x in e.excluded if x[0] == tag), None)
    if reason is not None:
        out.update(fate="excluded", reason=reason)
        return
    entry = next((x for x in e.entrants if x[0] == tag), None)
    if entry is None:
        need(not inside, "the entry was promised and is in neither list")
        return
    if e.plan["selection"] == "first" and entry[3] > r["offset"] and inside:
        out["fate"] = "moved"
        raise Broken("the list counts a later record than the receipt's")
    one = dict(e.plan, prizes=[{"id": "x", "qty": 1}], alternates=0)
    _, alone = draw(one, e.plan_hash, e.close_hash, [entry], bytes.fromhex(e.b["sigma"]), e.beta, e.b["result"]["drawNo"])
    out.update(fate="lost", score=alone["winners"][0]["score"], cutoff=e.result["cutoff"]["winner"])
    for kind, fate in (("winners", "won"), ("alternates", "alternate")):
        for w in e.result[kind]:
            if w["tag"] == tag.hex():
                out.update(fate=fate, rank=w["rank"])


# --- R47 to R56: the openings of a spot audit ------------------------------------------

def at_most(n, m, missed):
    """The largest number of invented entrants among n of which a sample of m would have
    hit no more than missed with a probability above 1/20."""
    every, low, high = math.comb(n, m), missed, n - (m - missed)
    while low < high:
        k = (low + high + 1) // 2
        ways = sum(math.comb(k, i) * math.comb(n - k, m - i) for i in range(missed + 1))
        low, high = (k, high) if 20 * ways > every else (low, k - 1)
    return low


def in_sample(e, o, i, x):
    need(i == 0 or o["openings"][i - 1]["index"] < x["index"], "it is out of order, or there twice")
    need(x["index"] in e.sampled, "it is not in the sample")


def of_user(e, o, i, x):
    event, user = e.plan["event"].encode(), x["user"].encode()
    salt = mac(bytes.fromhex(o["eventKey"]), lp(user))[:16]
    tag = sha(domain("tag"), lp(event), lp(user), salt)
    need([salt.hex(), tag.hex()] == [x["receipt"]["salt"], x["receipt"]["tag"]], "salt and tag are not the user's")


def row_of(kind, r):
    return kind + bytes.fromhex(r["tag"]) + u32(r["weight"]) + u32(r["partition"]) + u64(r["offset"])


def sealed(e, o, i, x):
    place = {"index": x["index"], "size": len(e.entrants), "path": x["path"]}
    need(climb(row_of(b"\1", x["receipt"]), place) == e.root, "the path does not lead to the root of the sealed list")


def promised(e, o, i, x):
    r = x["receipt"]
    need(r["event"] == e.plan["event"] and r["planHash"] == e.plan_hash.hex(), "its receipt is for another event or plan")
    message = (domain("receipt") + lp(r["event"].encode()) + e.plan_hash + u64(r["proof"]["size"])
               + climb(row_of(b"\3", r), r["proof"]))
    need(ed25519(bytes.fromhex(e.plan["receiptKey"]), message, bytes.fromhex(r["signature"])),
         "its receipt is not signed by the receipt key")


def old_enough(e, o, i, x):
    made = x.get("account", {}).get("createdAt", 0)
    for m in e.b["markers"]:
        closes = m["kind"] == "close" and m["partition"] == x["receipt"]["partition"]
        need(not closes or made <= m["now"], "the account was made after the entries closed")


def verify_openings(raw, file):
    out = {"verdict": "failed", "event": "", "rules": [], "entrants": 0, "sample": 0, "opened": 0, "atMost": 0}

    def note(number, doubts):
        status = "pass" if not doubts else "lowers" if number == 56 else "fail"
        more = f"; {len(doubts)} openings fail like it" if len(doubts) > 1 else ""
        out["rules"].append({"rule": f"R{number}", "status": status, "detail": doubts[0] + more if doubts else ""})
        return not doubts

    try:
        b, o = readable(raw), parse(file)
        OPENINGS("openings", o)
    except Broken as err:
        note(47, [str(err)])
        return out
    note(47, [])
    e = Evidence(b)
    e.sampled = set(e.sample())
    same = o["event"] == e.plan["event"] and o["closeHash"] == e.close_hash.hex()
    message = domain("openings") + sha(body(o))
    whole = [
        note(48, [] if same else ["openings are of another draw"]),
        note(49, [] if ed25519(e.engine, message, bytes.fromhex(o["signature"])) else ["not signed by the engine key"]),
        note(50, [] if sha(bytes.fromhex(o["eventKey"])).hex() == e.plan["tagKeyCommit"] else ["another event key"]),
    ]
    wrong = set()
    for number, check in enumerate((in_sample, of_user, sealed, promised, old_enough), 51):
        doubts = []
        for i, x in enumerate(o["openings"]):
            try:
                check(e, o, i, x)
            except Broken as err:
                doubts.append(f"opening of entrant {x['index']}: {err}")
                wrong.add(i)
        note(number, doubts)
    facts = {"createdAt", "followedAt", "verified", "phone"}
    opened = sum(i not in wrong and bool(facts & x.get("account", {}).keys()) for i, x in enumerate(o["openings"]))
    n, m, opened = len(e.entrants), len(e.sampled), opened if all(whole) else 0
    note(56, [f"{m - opened} of {m} are not opened with facts about the account"] if opened < m else [])
    if all(f["status"] != "fail" for f in out["rules"]):
        out["verdict"] = "ok"
    out.update(event=e.plan["event"], entrants=n, sample=m, opened=opened, atMost=at_most(n, m, m - opened))
    return out


def bound(a):
    share = -(-10_000 * a["atMost"] // max(1, a["entrants"]))
    return (f"{a['opened']} of {a['sample']} opened: with 95 % confidence at most {a['atMost']} of {a['entrants']} entrants "
            f"({share // 100}.{share % 100:02} %) are invented.\n"
            "That holds only if you held each opened account against the platform's own accounts; "
            "what the file says of them is the operator's word.\n"
            "The file holds the event key: whoever has it can test guesses of users against every tag of the list. "
            "Keep it secret.")


def exit_code(report):
    for f in report["rules"]:
        if f["status"] == "fail":
            return int(f["rule"][1:])
    return 100


def print_rules(report):
    for f in report["rules"]:
        print(f"{f['status']:6} {f['rule']:4} {f['detail']}".rstrip())


def audit(raw, file):
    report, out = verify(raw), verify_openings(raw, file)
    print_rules(report)
    print(report["verdict"])
    print_rules(out)
    if out["sample"]:
        print(bound(out))
    print(out["verdict"])
    code = exit_code(report)
    return exit_code(out) if code == 100 else code


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("bundle", nargs="?")
    a.add_argument("--receipt")
    a.add_argument("--user", default="", help="with --receipt: the account the tag must belong to")
    a.add_argument("--sample", action="store_true", help="print which entrants a spot audit opens")
    a.add_argument("--openings", help="check the openings that the operator gave an auditor too")
    a.add_argument("--lines", action="store_true", help="bundles on standard input, one a line")
    a = a.parse_args()
    if a.lines:
        for line in sys.stdin.buffer:
            bundle, tab, openings = line.rstrip(b"\n").partition(b"\t")
            print(json.dumps(verify_openings(bundle, openings) if tab else verify(bundle)), flush=True)
        return 0
    if not a.bundle:
        sys.exit("name a bundle file; see --help")
    with open(a.bundle, "rb") as f:
        raw = f.read()
    if a.receipt:
        with open(a.receipt, "rb") as f:
            out = trace(raw, f.read(), a.user)
        print(json.dumps(out, indent=1))
        return 0 if out["finding"]["status"] == "pass" else 37
    if a.sample:
        e = Evidence(readable(raw))
        for i in e.sample():
            print(i, e.entrants[i][0].hex(), *e.entrants[i][2:])
        return 0
    if a.openings:
        with open(a.openings, "rb") as f:
            return audit(raw, f.read())
    report = verify(raw)
    print_rules(report)
    for k, v in report["values"].items():
        print(f"{k:13} {v}")
    print("grade", report["grade"]["letter"], ", ".join(report["grade"]["reasons"]))
    print(report["verdict"])
    return exit_code(report)


if __name__ == "__main__":
    sys.exit(main())
