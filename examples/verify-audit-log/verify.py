#!/usr/bin/env python3
"""Checks an audit log of Linklatch with none of its code.

Written from docs/audit-log-format.md alone. One file, Python 3.9 or newer, nothing but the standard library.

    verify.py copy.db --key VKEY [--checkpoint FILE]...     a whole log
    verify.py event.tlog-proof --key VKEY                   one event

Exit codes: 0 all is as it was sealed, 1 something isn't, 2 it couldn't be checked.
"""

import argparse
import base64
import bisect
import hashlib
import hmac
import json
import math
import os
import re
import sqlite3
import sys
from decimal import Decimal
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

WIDTH = 256
HASH_BYTES = 32
SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 100


class Unreadable(Exception):
    """What was handed in can't be checked at all."""


class Malformed(Exception):
    """It isn't what the format says."""


# --- Canonical JSON: RFC 8785 ---------------------------------------------------------------------------------------


def parse_json(text: str) -> Any:
    """JSON with numbers as doubles; Malformed where a name occurs twice or a number has no double."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_int=_double,
            parse_float=_double,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as fault:
        raise Malformed(str(fault)) from None


def _members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _double(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError("a number too great for a double")
    return value


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def canonical(value: Any, depth: int = 1) -> str:
    if depth > MAX_DEPTH and isinstance(value, (dict, list)):
        raise Malformed("too deep")
    if isinstance(value, dict):
        # Names in the order of their UTF-16 code units, which isn't that of code points beyond U+FFFF.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(quote(name) + ":" + canonical(value[name], depth + 1) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    if isinstance(value, float):
        return number(value)
    return quote(value) if isinstance(value, str) else json.dumps(value)


def quote(text: Optional[str]) -> str:
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """ECMA-262, Number::toString: the digits are those of repr, written another way."""
    if value.is_integer() and abs(value) <= SAFE_INTEGER:
        return str(int(value))
    sign, digit_list, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, digit_list))
    point = len(digits) + int(exponent)
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        text = f"{digits[0]}{fraction}e{point - 1:+d}"
    return ("-" if sign else "") + text


# --- Ed25519: RFC 8032, checking only -------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

# A point is (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z.
Point = Tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def add_points(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def read_point(data: bytes) -> Optional[Point]:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P != 0 or (x == 0 and sign == 1):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def write_point(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = read_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    key = read_point(public_key) if len(public_key) == 32 else None
    if key is None or len(signature) != 64:
        return False
    nonce, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(nonce + public_key + message).digest(), "little") % ORDER
    # s B - k A must be the point of the signature: both products in one walk over their bits.
    minus_key: Point = (P - key[0], key[1], 1, P - key[3])
    both = add_points(BASE, minus_key)
    point = NEUTRAL
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        point = add_points(point, point)
        chosen = (s >> bit & 1) + 2 * (k >> bit & 1)
        if chosen > 0:
            point = add_points(point, (BASE, minus_key, both)[chosen - 1])
    return write_point(point) == nonce


# --- Signed notes and checkpoints -----------------------------------------------------------------------------------

LOG_KEY, WITNESS_KEY = 1, 4
NAME = re.compile(r"[^\s+]+")


class Key(NamedTuple):
    name: str
    id: bytes
    kind: int
    public: bytes


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes
    """What is signed."""
    text: bytes
    """Name, key id and signature of each line."""
    signatures: List[Tuple[str, bytes, bytes]]


def read_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Malformed("not base64") from None
    # Spare bits at its end would be a second way to write the same.
    if base64.b64encode(data).decode() != text:
        raise Malformed("not base64")
    return data


def read_key(text: str) -> Key:
    name, _, rest = text.strip().partition("+")
    key_id, _, material = rest.partition("+")
    try:
        data = read_base64(material)
    except Malformed:
        data = b""
    if NAME.fullmatch(name) is None or len(data) != 33 or data[0] not in (LOG_KEY, WITNESS_KEY):
        raise Unreadable(f"{text!r} is no key. One is written name+id+base64, as `linklatch audit keys` prints it.")
    if hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8] != key_id:
        raise Unreadable(f"The id of the key {text!r} doesn't fit it: a character may be missing.")
    return Key(name, bytes.fromhex(key_id), data[0], data[1:])


def read_checkpoint(note: bytes) -> Checkpoint:
    try:
        text = note.decode()
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    body, gap, lines = text.rpartition("\n\n")
    if gap == "" or not lines.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise Malformed("not a signed note")
    head = body.split("\n")
    if len(head) < 3 or "" in head or re.fullmatch(r"0|[1-9][0-9]{0,15}", head[1]) is None:
        raise Malformed("not a checkpoint")
    root = read_base64(head[2])
    if len(root) != HASH_BYTES:
        raise Malformed("its root is no SHA-256")
    signatures = [read_signature(line) for line in lines[:-1].split("\n")]
    return Checkpoint(head[0], int(head[1]), root, (body + "\n").encode(), signatures)


def read_signature(line: str) -> Tuple[str, bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or NAME.fullmatch(parts[1]) is None:
        raise Malformed("not a signature line")
    data = read_base64(parts[2])
    if len(data) < 5:
        raise Malformed("a signature without bytes")
    return parts[1], data[:4], data[4:]


def check_signatures(checkpoint: Checkpoint, keys: Sequence[Key]) -> Tuple[bool, List[str]]:
    """Whether the log signed it, and which witnesses did; Malformed where a signature by a known key doesn't hold."""
    is_signed, witnesses = False, []
    for name, key_id, signature in checkpoint.signatures:
        for key in keys:
            if (key.name, key.id) != (name, key_id):
                continue
            message = checkpoint.text
            if key.kind == WITNESS_KEY:
                time = int.from_bytes(signature[:8], "big")
                message, signature = f"cosignature/v1\ntime {time}\n".encode() + message, signature[8:]
            if not verify_ed25519(key.public, message, signature):
                raise Malformed(f"the signature by {name} doesn't hold")
            if key.kind == WITNESS_KEY:
                witnesses.append(name)
            is_signed = is_signed or (key.kind == LOG_KEY and name == checkpoint.origin)
    return is_signed, witnesses


# --- The tree: RFC 6962 ---------------------------------------------------------------------------------------------


def hash_leaf(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Grows by one leaf at a time, and keeps no more than one hash for each power of two in its size."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: List[bytes] = []

    def add(self, leaf_hash: bytes) -> None:
        self.peaks.append(leaf_hash)
        size = self.size
        while size & 1:
            right = self.peaks.pop()
            self.peaks.append(hash_children(self.peaks.pop(), right))
            size >>= 1
        self.size += 1

    def root(self) -> bytes:
        if self.size == 0:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hash_children(peak, root)
        return root

    def copy(self) -> "Tree":
        tree = Tree()
        tree.size, tree.peaks = self.size, list(self.peaks)
        return tree


def hash_full_tile(hashes: Sequence[bytes]) -> bytes:
    tree = Tree()
    for one in hashes:
        tree.add(one)
    return tree.root()


def root_of_path(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> Optional[bytes]:
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return None
    node, last, root = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = hash_children(sibling, root)
            while node & 1 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            root = hash_children(root, sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


# --- Rows -----------------------------------------------------------------------------------------------------------


class Text(bytes):
    """Text as SQLite has it: whether it is UTF-8 is for us to find out, and a blob is something else."""


def text_of(value: Any) -> Optional[str]:
    if value is None:
        return None
    if not isinstance(value, Text):
        raise Malformed("not a text")
    return value.decode("utf-8", "replace")


def leaf_of(event_id: Any, at: Any, kind: Any, user_id: Any, detail: Any, commitment: Any) -> bytes:
    """The leaf of a row; Malformed where its columns aren't of the types that the table has."""
    if not isinstance(at, int) or not isinstance(detail, Text):
        raise Malformed("not the columns of an event")
    first, *others = [quote(text_of(value)) for value in (commitment, event_id, kind, user_id)]
    said = canonical_detail(text_of(detail) or "")
    time = str(at) if abs(at) <= SAFE_INTEGER else "null"
    leaf = '{"at":%s,"commitment":%s,"detail":%s,"id":%s,"type":%s,"userId":%s,"v":1}'
    return (leaf % (time, first, said, *others)).encode()


def canonical_detail(text: str) -> str:
    try:
        value = parse_json(text)
        if isinstance(value, dict):
            said = canonical(value)
            # Half of a surrogate pair can't be encoded.
            said.encode()
            return said
    except (Malformed, UnicodeEncodeError):
        pass
    return quote(text)


def commit_to(salt: bytes, address: Any, ip: Any, user_agent: Any) -> str:
    person = {"address": text_of(address), "ip": text_of(ip), "userAgent": text_of(user_agent)}
    mac = hmac.new(salt, canonical(person).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def read_cursor(text: Any) -> Tuple[int, List[Tuple[int, int]]]:
    """How far the log has looked, and at which positions below that an event may still appear."""
    cursor = parse_json(text_of(text) or "")
    through, holes = (cursor.get("through"), cursor.get("open")) if isinstance(cursor, dict) else (cursor, [])
    is_position = isinstance(through, float) and through.is_integer() and 0 <= through <= SAFE_INTEGER
    if not is_position or not isinstance(holes, list) or not all(isinstance(hole, dict) for hole in holes):
        raise Malformed("no cursor")
    return int(through), sorted(one for hole in holes for one in positions_in(hole.get("ranges"), SAFE_INTEGER))


def read_ranges(text: Any) -> List[Tuple[int, int]]:
    """First and last positions of a bundle; Malformed unless that is what the text says."""
    ranges = parse_json(text_of(text) or "")
    if not isinstance(ranges, list) or len(ranges) > WIDTH:
        raise Malformed("no ranges")
    return positions_in(ranges, WIDTH)


def positions_in(ranges: Any, most: int) -> List[Tuple[int, int]]:
    read = []
    if not isinstance(ranges, list):
        raise Malformed("no ranges")
    for one in ranges:
        if not isinstance(one, list) or len(one) != 2 or not all(isinstance(end, float) for end in one):
            raise Malformed("no range")
        first, last = int(one[0]), int(one[1])
        if [first, last] != one or not 0 <= last - first < most or max(abs(first), abs(last)) > SAFE_INTEGER:
            raise Malformed("no range")
        read.append((first, last))
    return read


# --- A whole log ----------------------------------------------------------------------------------------------------

LEAF_COLUMNS = "event_id, at, type, user_id, detail, commitment"
EVENTS = f"""
    select e.seq, e.event_id, e.at, e.type, e.user_id, e.detail, e.commitment, e.pii_id, p.pii_id, p.salt, p.address, p.ip,
      p.user_agent
    from auth_events e left join auth_event_pii p on p.pii_id = e.pii_id where e.seq between ? and ? order by e.seq"""


class Finding(NamedTuple):
    """Something that isn't as it was sealed."""

    code: str
    """The first index that it may be about, or None where it is about none."""
    index: Optional[int]
    text: str


class LogCheck:
    def __init__(self, database: sqlite3.Connection, keys: Sequence[Key], outside: Sequence[Tuple[str, bytes]]) -> None:
        self.database = database
        self.keys = keys
        self.outside = outside
        self.findings: List[Finding] = []
        self.notes: List[str] = []
        self.size = self.min_index = self.through = 0
        self.open: List[Tuple[int, int]] = []
        self.checkpoints: Dict[int, List[Tuple[str, bool, Checkpoint]]] = {}
        # The greatest sizes that fit: of all checkpoints, and of those from outside.
        self.covered = self.covered_outside = 0
        self.pruned_until = 0
        # Positions that have an index, as they come: start and end of each range, and its first index.
        self.ranges: List[Tuple[int, int, int]] = []

    def run(self) -> None:
        self.read_head()
        self.read_checkpoints()
        self.check_bundles()
        self.check_upper_tiles()
        self.check_what_is_too_much()
        self.check_positions()
        self.check_prunes()
        self.note_strangers()
        if self.size > 0 and self.covered == 0:
            self.find("checkpoint_missing", 0, "nobody vouches for any of the events: no checkpoint fits")
        elif self.size > self.covered:
            self.notes.append(f"{self.size - self.covered} events at the end are covered by no checkpoint")

    def find(self, code: str, index: Optional[int], text: str) -> None:
        self.findings.append(Finding(code, index, text))

    def read_head(self) -> None:
        rows = self.database.execute("select size, min_index, cursor from audit_log").fetchall()
        if len(rows) != 1:
            return self.find("head_changed", 0, "audit_log doesn't have one row")
        size, min_index, cursor = rows[0]
        is_size = isinstance(size, int) and isinstance(min_index, int) and 0 <= min_index <= size <= SAFE_INTEGER
        try:
            self.through, self.open = read_cursor(cursor)
        except Malformed:
            is_size = False
        if not is_size or min_index % WIDTH != 0:
            return self.find("head_changed", 0, "size, min_index or cursor are none that a log can have")
        self.size, self.min_index = size, min_index

    # Checkpoints are read first: the walk over the leaves then stops at each of their sizes.
    def read_checkpoints(self) -> None:
        rows = self.database.execute("select size, note from audit_checkpoints order by size").fetchall()
        for size, note in rows:
            self.read_one_checkpoint(f"checkpoint of {size}", note if isinstance(note, Text) else b"", size)
        for name, note in self.outside:
            self.read_one_checkpoint(name, note, None)

    def read_one_checkpoint(self, name: str, note: bytes, size: Optional[int]) -> None:
        try:
            checkpoint = read_checkpoint(note)
        except Malformed as fault:
            return self.find("checkpoint_unreadable", None, f"{name}: {fault}")
        try:
            is_signed, _ = check_signatures(checkpoint, self.keys)
        except Malformed as fault:
            return self.find("checkpoint_forged", None, f"{name}: {fault}")
        if not is_signed:
            return self.find("checkpoint_unsigned", None, f"{name}: signed by no key of this log that is known here")
        if size is not None and size != checkpoint.size:
            return self.find("checkpoint_mismatch", None, f"{name}: it is one of {checkpoint.size}")
        if checkpoint.size > self.size:
            said = f"{name}: it was signed for {checkpoint.size} events, and the log has {self.size}"
            return self.find("log_cut", self.size, said)
        self.checkpoints.setdefault(checkpoint.size, []).append((name, size is None, checkpoint))

    def check_bundles(self) -> None:
        rows_tree, tiles_tree = Tree(), Tree()
        doubts: List[Tuple[int, bytes]] = []
        self.compare(rows_tree, tiles_tree, doubts)
        for bundle in range(-(-self.size // WIDTH)):
            start = bundle * WIDTH
            stored = self.read_tile(0, bundle)
            hashed = self.hash_bundle(bundle, stored)
            for offset, leaf_hash in enumerate(hashed):
                tile_hash = stored[offset] or leaf_hash
                rows_tree.add(leaf_hash or tile_hash or bytes(HASH_BYTES))
                tiles_tree.add(tile_hash or bytes(HASH_BYTES))
                if leaf_hash is not None and leaf_hash != tile_hash:
                    doubts.append((start + offset, leaf_hash))
                self.compare(rows_tree, tiles_tree, doubts)
            self.settle_by_tile_above(bundle, stored, hashed, doubts)
        for index, _ in doubts:
            self.find("event_changed", index, f"event {index} isn't the one that was sealed")

    def compare(self, rows_tree: Tree, tiles_tree: Tree, doubts: List[Tuple[int, bytes]]) -> None:
        """Compares all checkpoints of the size that the tree has grown to."""
        size = rows_tree.size
        for name, is_outside, checkpoint in self.checkpoints.get(size, []):
            if checkpoint.root == rows_tree.root():
                # The events are right, so it is their hashes in the tiles that aren't.
                for index, _ in doubts:
                    self.find("tile_changed", index, f"the hash of event {index} in its tile isn't that of the event")
                doubts.clear()
            elif checkpoint.root != tiles_tree.root():
                # Those of the database may be of a server that was made to go on from what was rewritten.
                good = self.covered_outside if is_outside else self.covered
                said = f"{name}: something between index {good} and {size} was another when it was signed"
                self.find("log_forked" if is_outside else "checkpoint_mismatch", good, said)
                continue
            self.covered = size
            if is_outside:
                self.covered_outside = size

    def settle_by_tile_above(
        self, bundle: int, stored: List[Optional[bytes]], hashed: List[Optional[bytes]], doubts: List[Tuple[int, bytes]]
    ) -> None:
        """Whether a bundle's events or its tile fit the hash above them, where there is one."""
        if len(stored) < WIDTH or None in stored:
            return
        above = self.read_tile(1, bundle // WIDTH)[bundle % WIDTH]
        start = bundle * WIDTH
        fits_tile = above == hash_full_tile([one for one in stored if one is not None])
        fits_rows = None not in hashed and above == hash_full_tile([one for one in hashed if one is not None])
        here = [index for index, _ in doubts if index >= start]
        if fits_tile:
            return
        if fits_rows:
            doubts[:] = [doubt for doubt in doubts if doubt[0] < start]
            for index in here:
                self.find("tile_changed", index, f"the hash of event {index} in its tile isn't that of the event")
        else:
            self.find("tile_changed", here[0] if here else start, f"tile {bundle} of level 0 doesn't fit the one above")

    def read_tile(self, level: int, index: int) -> List[Optional[bytes]]:
        """The hashes of a tile, None for each that should be there and isn't."""
        width = min(WIDTH, self.size // WIDTH**level - index * WIDTH)
        row = self.database.execute(
            "select hashes from audit_tiles where level = ? and tile_index = ?", (level, index)
        ).fetchone()
        data = row[0] if row is not None and isinstance(row[0], bytes) else b""
        if len(data) != width * HASH_BYTES:
            # Of a tile of level 0 no hash is believed without the others.
            there = len(data) // HASH_BYTES * WIDTH**level if level > 0 else 0
            first = index * WIDTH ** (level + 1) + there if len(data) < width * HASH_BYTES else self.size
            self.find_once("tile_changed", first, f"tile {index} of level {level} isn't {width} wide")
        hashes: List[Optional[bytes]] = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)][:width]
        if hashes and len(hashes[-1] or b"") != HASH_BYTES:
            hashes.pop()
        return hashes + [None] * (width - len(hashes))

    def find_once(self, code: str, index: Optional[int], text: str) -> None:
        finding = Finding(code, index, text)
        if finding not in self.findings:
            self.findings.append(finding)

    def hash_bundle(self, bundle: int, stored: List[Optional[bytes]]) -> List[Optional[bytes]]:
        """What the leaves of a bundle hash to now, None for each that isn't there; a pruned one is as its tile says."""
        start = bundle * WIDTH
        hashes: List[Optional[bytes]] = []
        for first, last in self.read_bundle(bundle, start, len(stored)):
            rows = {row[0]: row for row in self.database.execute(EVENTS, (first, last))}
            for position in range(first, last + 1):
                hashes.append(self.hash_event(start + len(hashes), position, rows.get(position)))
        return stored if start < self.min_index else hashes + [None] * (len(stored) - len(hashes))

    def read_bundle(self, bundle: int, start: int, width: int) -> List[Tuple[int, int]]:
        """Where to look for the events of a bundle: nowhere, if they were pruned."""
        row = self.database.execute("select ranges from audit_bundles where bundle_index = ?", (bundle,)).fetchone()
        try:
            ranges = read_ranges(row[0] if row is not None else None)
        except Malformed:
            ranges = []
        counted, read = 0, []
        for first, last in ranges:
            end = min(last, first + width - counted - 1)
            if first <= end:
                self.ranges.append((first, end, start + counted))
                read.append((first, end))
            counted += last - first + 1
        if counted != width:
            said = f"bundle {bundle} says of {counted} events where they are, and has {width}"
            self.find("bundle_changed", start + min(counted, width), said)
        return [] if start < self.min_index else read

    def hash_event(self, index: int, position: int, row: Optional[Sequence[Any]]) -> Optional[bytes]:
        if row is None:
            self.find("event_missing", index, f"event {index} is gone from position {position}")
            return None
        try:
            leaf = leaf_of(*row[1:7])
        except Malformed as fault:
            self.find("event_changed", index, f"event {index} at position {position} is no event: {fault}")
            return None
        self.check_person(index, row[6], row[7], row[8:])
        self.note_prune(row[3], row[5])
        return hash_leaf(leaf)

    def check_person(self, index: int, commitment: Any, pii_id: Any, person: Sequence[Any]) -> None:
        said = f"the personal data of event {index} isn't what it commits to"
        if (commitment is None) != (pii_id is None):
            return self.find("person_changed", index, said)
        # Nothing there: it was erased.
        if person[0] is None:
            return
        salt = person[1]
        try:
            is_same = isinstance(salt, bytes) and commit_to(salt, *person[2:]) == text_of(commitment)
        except Malformed:
            is_same = False
        if not is_same:
            self.find("person_changed", index, said)

    def note_prune(self, kind: Any, detail: Any) -> None:
        if kind == b"admin_action":
            said = json.loads(canonical_detail(text_of(detail) or ""))
            if not isinstance(said, dict):
                return
            until = said.get("minIndex")
            if said.get("action") == "audit_pruned" and isinstance(until, int):
                self.pruned_until = max(self.pruned_until, until)

    def check_upper_tiles(self) -> None:
        """Each hash above level 0 is that of the full tile below it. (Level 1 was compared with the events already.)"""
        level = 1
        while self.size // WIDTH**level > 0:
            for index in range(-(-(self.size // WIDTH**level) // WIDTH)):
                hashes = self.read_tile(level, index)
                if level > 1 or self.min_index > 0:
                    self.check_tile_above(level, index, hashes)
            level += 1

    def check_tile_above(self, level: int, index: int, hashes: List[Optional[bytes]]) -> None:
        for offset, stored in enumerate(hashes):
            below = self.read_tile(level - 1, index * WIDTH + offset)
            if stored is not None and None not in below and stored != hash_full_tile([one for one in below if one]):
                first = (index * WIDTH + offset) * WIDTH**level
                self.find_once("tile_changed", first, f"tile {index} of level {level} doesn't fit the one below")

    def check_what_is_too_much(self) -> None:
        for level, index in self.database.execute("select level, tile_index from audit_tiles"):
            if not 0 <= level < 8 or not 0 <= index * WIDTH < self.size // WIDTH**level:
                self.find("tile_changed", self.size, f"tile {index} of level {level} is behind the end of the log")
        last = -(-self.size // WIDTH) - 1
        for (index,) in self.database.execute(
            "select bundle_index from audit_bundles where bundle_index < 0 or bundle_index > ?", (last,)
        ):
            self.find("bundle_changed", self.size, f"bundle {index} is behind the end of the log")

    def check_positions(self) -> None:
        """No position has two indexes, and no event stands where the log has already been."""
        self.ranges.sort()
        end = 0
        for first, last, index in self.ranges:
            if first <= end:
                self.find("event_twice", index, f"position {first} has more than one index, one of them {index}")
            end = max(end, last)
        if end > self.through:
            self.find("head_changed", None, f"the log says it was looked through to {self.through}, and has {end}")
        waiting = 0
        starts = [first for first, _, _ in self.ranges]
        for low, high in self.open:
            nth = bisect.bisect_right(starts, high) - 1
            if nth >= 0 and self.ranges[nth][1] >= low:
                self.find("head_changed", None, f"events may still come at {low} to {high}, the log says, and some are sealed")
        for (position,) in self.database.execute("select seq from auth_events order by seq"):
            nth = bisect.bisect_right(starts, position) - 1
            first, last, index = self.ranges[nth] if nth >= 0 else (0, -1, 0)
            if nth >= 0 and position <= last:
                if index + position - first < self.min_index:
                    self.find("event_inserted", index + position - first, f"the event at position {position} was pruned")
            elif abs(position) > SAFE_INTEGER:
                self.find("event_inserted", None, f"no event is ever sealed at a position like {position}")
            elif position > max(self.through, end) or any(low <= position <= high for low, high in self.open):
                waiting += 1
            else:
                self.find("event_inserted", None, f"the event at position {position} has no index")
        if waiting > 0:
            self.notes.append(f"{waiting} events wait to be sealed")

    def note_strangers(self) -> None:
        """Nothing that the log binds, and still worth a look."""
        twice = "select count(*) - count(distinct event_id) from auth_events"
        nobody = """select count(*) from auth_event_pii
            where pii_id not in (select pii_id from auth_events where pii_id is not null)"""
        for count, said in ((twice, "events have the id of another"), (nobody, "people belong to no event")):
            (number_of,) = self.database.execute(count).fetchone()
            if number_of > 0:
                self.notes.append(f"{number_of} {said}")

    def check_prunes(self) -> None:
        # Where something else is wrong, the event that says so may be what is missing.
        if self.min_index == 0 or self.findings:
            return
        # Sealed or not: whoever has just pruned has written the event, and it is sealed when a server runs.
        for kind, detail in self.database.execute("select type, detail from auth_events where type = 'admin_action'"):
            self.note_prune(kind, detail)
        if self.pruned_until < self.min_index:
            said = f"events below index {self.min_index} are gone, and the log doesn't say that they were pruned"
            self.find("prune_unrecorded", 0, said)


def open_database(path: str) -> sqlite3.Connection:
    """Read-only. A copy without a journal beside it is never written to by anybody, so not even a lock is taken."""
    if not os.path.isfile(path):
        raise Unreadable(f"There is no file {path}.")
    has_journal = os.path.exists(path + "-wal") and os.path.getsize(path + "-wal") > 0
    uri = "file:" + "".join(f"%{byte:02x}" for byte in os.path.abspath(path).encode())
    database = sqlite3.connect(uri + ("?mode=ro" if has_journal else "?mode=ro&immutable=1"), uri=True)
    database.text_factory = Text
    return database


def check_log(path: str, keys: Sequence[Key], outside: Sequence[Tuple[str, bytes]]) -> LogCheck:
    database = open_database(path)
    try:
        check = LogCheck(database, keys, outside)
        check.run()
    except sqlite3.DatabaseError as fault:
        raise Unreadable(f"{path} can't be read as a database of Linklatch: {fault}") from None
    finally:
        database.close()
    check.findings = in_order(check.findings)
    return check


def in_order(findings: Sequence[Finding]) -> List[Finding]:
    """By index. Of an event that was changed nobody can say whether the personal data is that of the one before."""
    changed = {finding.index for finding in findings if finding.code == "event_changed"}
    kept = [one for one in findings if one.code != "person_changed" or one.index not in changed]
    return sorted(kept, key=lambda finding: (finding.index is None, finding.index or 0))


# --- A proof of one event -------------------------------------------------------------------------------------------


def check_proof(text: bytes, keys: Sequence[Key]) -> Tuple[int, str, int, List[str]]:
    """Index, leaf, size of the log and witnesses; Malformed where it proves nothing."""
    head, gap, note = text.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    if gap == b"" or len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra "):
        raise Malformed("not a proof of Linklatch")
    if re.fullmatch(r"index (0|[1-9][0-9]{0,15})", lines[2]) is None:
        raise Malformed("it has no index")
    leaf, index = read_base64(lines[1][6:]), int(lines[2][6:])
    path = [read_base64(line) for line in lines[3:]]
    checkpoint = read_checkpoint(note)
    is_signed, witnesses = check_signatures(checkpoint, keys)
    if not is_signed:
        raise Malformed("its checkpoint is signed by no key that is known here")
    if root_of_path(hash_leaf(leaf), index, checkpoint.size, path) != checkpoint.root:
        raise Malformed("the event isn't in the log that was signed")
    return index, leaf.decode("utf-8", "replace"), checkpoint.size, witnesses


# --- The command ----------------------------------------------------------------------------------------------------


def main(words: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="Checks an audit log of Linklatch, or the proof of one event.")
    parser.add_argument("file", help="a copy of the SQLite database, or a .tlog-proof")
    parser.add_argument("--key", action="append", required=True, metavar="VKEY", help="of the log, or of a witness")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="kept outside of the database")
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    asked = parser.parse_args(words)
    try:
        keys = [read_key(text) for text in asked.key]
        if is_proof(asked.file):
            report = report_proof(asked.file, keys)
        else:
            report = report_log(asked.file, keys, [note for file in asked.checkpoint for note in read_notes(file)])
    except (Unreadable, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(json.dumps(report, ensure_ascii=False) if asked.json else "\n".join(lines_of(report)))
    return 0 if report["verified"] else 3


def is_proof(path: str) -> bool:
    with open(path, "rb") as file:
        return not file.read(16).startswith(b"SQLite format 3")


def read_notes(path: str) -> List[Tuple[str, bytes]]:
    """One note, or a file of many with a form feed before each; what a crash cut short there is none."""
    with open(path, "rb") as file:
        pieces = file.read().split(b"\f\n")
    name = os.path.basename(path)
    notes = [(name, piece) for piece in pieces if is_checkpoint(piece)]
    if not notes:
        raise Unreadable(f"There is no checkpoint in {path}.")
    return notes


def is_checkpoint(note: bytes) -> bool:
    try:
        read_checkpoint(note)
    except Malformed:
        return False
    return True


def report_log(path: str, keys: Sequence[Key], outside: Sequence[Tuple[str, bytes]]) -> Dict[str, Any]:
    check = check_log(path, keys, outside)
    return {
        "verified": not check.findings,
        "size": check.size,
        "minIndex": check.min_index,
        "covered": check.covered,
        "checkpoints": sum(map(len, check.checkpoints.values())),
        "findings": [finding._asdict() for finding in check.findings],
        "notes": check.notes,
    }


def report_proof(path: str, keys: Sequence[Key]) -> Dict[str, Any]:
    with open(path, "rb") as file:
        text = file.read()
    try:
        index, leaf, size, witnesses = check_proof(text, keys)
    except Malformed as fault:
        return {"verified": False, "findings": [Finding("proof_invalid", None, str(fault))._asdict()], "notes": []}
    return {"verified": True, "index": index, "leaf": leaf, "size": size, "witnesses": witnesses, "findings": [], "notes": []}


def lines_of(report: Dict[str, Any]) -> Iterator[str]:
    for finding in report["findings"]:
        place = "" if finding["index"] is None else f" at index {finding['index']}"
        yield f"{finding['code']}{place}: {finding['text']}"
    for note in report["notes"]:
        yield f"note: {note}"
    if not report["verified"]:
        yield "NOT VERIFIED"
    elif "leaf" in report:
        yield f"Verified: event {report['index']} of {report['size']}"
        yield report["leaf"]
    else:
        yield f"Verified: {report['size']} events, {report['checkpoints']} checkpoints, covered up to {report['covered']}"


if __name__ == "__main__":
    sys.exit(main())
