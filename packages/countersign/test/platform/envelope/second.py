"""Opens state envelopes; written from docs/spec/state-envelope.md alone.

second.py vectors FILE   runs the vectors, prints one JSON line
second.py open           reads {keys, context, head, body} a line, prints {plain} or {code}
second.py seal           reads {keys, key, context, plain, chunk} a line, prints {head, body}
"""
import base64
import hashlib
import json
import os
import re
import sys
import unicodedata
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Refused(Exception):
    pass


def canonical(value):
    """Only objects of texts and integers are written here, so code points sort as code units do."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if b64(raw) == text else None


def is_integer(value):
    return type(value) is int and abs(value) < 2**53


def tame(value):
    if isinstance(value, dict):
        return all(tame(one) for one in value.values())
    if isinstance(value, list):
        return all(tame(one) for one in value)
    return not isinstance(value, float) and (type(value) is not int or is_integer(value))


def read_head(text):
    try:
        head = json.loads(text)
        fits = len(text) <= 8192 and isinstance(head, dict) and tame(head) and canonical(head) == text
    except (ValueError, RecursionError):
        fits = False
    if not fits:
        raise Refused("envelope_edited")
    if is_integer(head.get("v")) and head["v"] > 1:
        raise Refused("envelope_version_unknown")
    wrapped = unb64(head.get("wrapped"))
    fits = (
        set(head) == {"v", "key", "wrapped", "place", "chunk", "plain"}
        and head["v"] == 1 and type(head["v"]) is int
        and isinstance(head["key"], str) and re.fullmatch(r"[\x21-\x7e]{1,200}", head["key"])
        and wrapped is not None and isinstance(head["place"], str)
        and is_integer(head["chunk"]) and 1024 <= head["chunk"] <= 1 << 24
        and is_integer(head["plain"]) and 0 <= head["plain"] <= 1 << 30
    )
    if not fits:
        raise Refused("envelope_edited")
    return head, wrapped


def place_of(context):
    return b64(hashlib.sha256(canonical({**context, "envelope": "countersign.place.v1"}).encode()).digest())


def aad_of(context, head):
    return canonical({**context, "envelope": "countersign.envelope.v1", "chunk": head["chunk"], "plain": head["plain"]}).encode()


def decrypt(key, nonce, sealed, aad):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except (InvalidTag, ValueError):
        raise Refused("envelope_edited") from None


def nonce_of(index, chunks):
    return bytes(7) + index.to_bytes(4, "big") + (b"\1" if index == chunks - 1 else b"\0")


def split(body, chunks):
    found, at = [], 0
    for _ in range(chunks):
        if at + 4 > len(body):
            raise Refused("envelope_truncated")
        end = at + 4 + int.from_bytes(body[at:at + 4], "big") + 16
        if end > len(body):
            raise Refused("envelope_truncated")
        found.append(body[at + 4:end])
        at = end
    if at != len(body):
        raise Refused("envelope_edited")
    return found


def unpack(method, payload, size):
    if method == 0:
        piece = payload
    elif method == 1:
        inflate = zlib.decompressobj(wbits=-15)
        try:
            piece = inflate.decompress(payload, size + 1)
        except zlib.error:
            raise Refused("envelope_edited") from None
        if not inflate.eof:
            raise Refused("envelope_edited")
    else:
        raise Refused("envelope_edited")
    if len(piece) != size:
        raise Refused("envelope_edited")
    return piece


def open_envelope(keys, context, text, body):
    head, wrapped = read_head(text)
    if head["place"] != place_of(context):
        raise Refused("envelope_elsewhere")
    if head["key"] not in keys:
        raise Refused("envelope_key_missing")
    aad = aad_of(context, head)
    data_key = decrypt(keys[head["key"]], wrapped[:12], wrapped[12:], aad)
    chunks = max(1, -(-head["plain"] // head["chunk"]))
    cells = [decrypt(data_key, nonce_of(index, chunks), sealed, aad) for index, sealed in enumerate(split(body, chunks))]
    packed = []
    for cell in cells:
        length = int.from_bytes(cell[1:5], "big")
        if len(cell) < 5 + length or len(cell) < 5:
            raise Refused("envelope_edited")
        packed.append((cell[0], cell[5:5 + length]))
    last = head["plain"] - (chunks - 1) * head["chunk"]
    return b"".join(unpack(method, payload, last if index == chunks - 1 else head["chunk"]) for index, (method, payload) in enumerate(packed))


def seal_envelope(keys, key, context, plain, chunk):
    head = {"v": 1, "key": key, "place": place_of(context), "chunk": chunk, "plain": len(plain)}
    aad = aad_of(context, head)
    data_key, nonce = os.urandom(32), os.urandom(12)
    head["wrapped"] = b64(nonce + AESGCM(keys[key]).encrypt(nonce, data_key, aad))
    chunks = max(1, -(-len(plain) // chunk))
    body = b""
    for index in range(chunks):
        piece = plain[index * chunk:(index + 1) * chunk]
        deflate = zlib.compressobj(9, wbits=-15)
        # every other chunk as it is: a writer takes either as it likes
        method, payload = (1, deflate.compress(piece) + deflate.flush()) if index % 2 == 0 else (0, piece)
        cell = bytes([method]) + len(payload).to_bytes(4, "big") + payload
        cell += bytes(-len(cell) % 4096)
        sealed = AESGCM(data_key).encrypt(nonce_of(index, chunks), cell, aad)
        body += (len(sealed) - 16).to_bytes(4, "big") + sealed
    return canonical(head), body


def open_key(identity, file, passphrase):
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
    salt, sealed = unb64(file["salt"]), unb64(file["sealed"])
    kdf = Argon2id(salt=salt, length=32, iterations=file["passes"], lanes=file["lanes"], memory_cost=file["memory"])
    derived = kdf.derive(unicodedata.normalize("NFKC", passphrase).encode())
    about = {name: value for name, value in file.items() if name != "sealed"}
    aad = canonical({**about, "id": identity, "purpose": "countersign.state-key.v1"}).encode()
    try:
        return decrypt(derived, sealed[:12], sealed[12:], aad)
    except Refused:
        raise Refused("state_passphrase_wrong") from None


def outcome(work):
    try:
        return work()
    except Refused as refusal:
        return str(refusal)


def changed(case, good):
    base = good[case["base"]]
    context = {**base["context"], **case.get("context", {})}
    head = case.get("headText", base["head"])
    if "head" in case:
        members = {**json.loads(head), **case["head"]}
        head = canonical({name: value for name, value in members.items() if value != {"$remove": True}})
    body = bytearray(base64.b64decode(base["body"]))
    for edit in case.get("body", []):
        (what, how), = edit.items()
        if what == "of":
            body = bytearray(base64.b64decode(good[how]["body"]))
        elif what == "xor":
            body[how[0]] ^= how[1]
        elif what == "cut":
            body = body[:how]
        elif what == "append":
            body += base64.b64decode(how)
        elif what == "chunks":
            pieces, at = [], 0
            while at < len(body):
                end = at + 20 + int.from_bytes(body[at:at + 4], "big")
                pieces.append(bytes(body[at:end]))
                at = end
            body = bytearray(b"".join(pieces[index] for index in how))
        else:
            raise KeyError(what)
    return context, head, bytes(body)


def run_vectors(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    keys = {name: base64.b64decode(key) for name, key in vectors["keys"].items()}
    good = {one["name"]: one for one in vectors["good"]}
    wrong, cases = [], 0
    for name, one in good.items():
        cases += 1
        if outcome(lambda one=one: open_envelope(keys, one["context"], one["head"], base64.b64decode(one["body"]))) != base64.b64decode(one["plain"]):
            wrong.append(name)
    for case in vectors["bad"]:
        cases += 1
        answer = outcome(lambda case=case: open_envelope(keys, *changed(case, good)))
        if answer != case["expect"]:
            wrong.append(f"{case['name']}: {answer!r}")
    for case in vectors["passphrases"]:
        cases += 1
        answer = outcome(lambda case=case: open_key(case["id"], case["file"], case["passphrase"]))
        if answer != (base64.b64decode(case["key"]) if "key" in case else case["expect"]):
            wrong.append(f"{case['name']}: {answer!r}")
    # every byte of one head and one body
    one = good["one byte"]
    head, body = one["head"], base64.b64decode(one["body"])
    for at in range(len(body)):
        cases += 1
        edited = body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1:]
        if not isinstance(outcome(lambda edited=edited: open_envelope(keys, one["context"], head, edited)), str):
            wrong.append(f"byte {at} of the body")
    for at in range(len(head)):
        for bit in range(7):
            cases += 1
            edited = head[:at] + chr(ord(head[at]) ^ 1 << bit) + head[at + 1:]
            if not isinstance(outcome(lambda edited=edited: open_envelope(keys, one["context"], edited, body)), str):
                wrong.append(f"bit {bit} of character {at} of the head")
    return {"cases": cases, "wrong": wrong}


def each_line(work):
    for line in sys.stdin:
        asked = json.loads(line)
        keys = {name: base64.b64decode(key) for name, key in asked["keys"].items()}
        print(json.dumps(work(asked, keys)))


def answer_open(asked, keys):
    answer = outcome(lambda: open_envelope(keys, asked["context"], asked["head"], base64.b64decode(asked["body"])))
    return {"code": answer} if isinstance(answer, str) else {"plain": base64.b64encode(answer).decode()}


def answer_seal(asked, keys):
    head, body = seal_envelope(keys, asked["key"], asked["context"], base64.b64decode(asked["plain"]), asked["chunk"])
    return {"head": head, "body": base64.b64encode(body).decode()}


if __name__ == "__main__":
    if sys.argv[1] == "vectors":
        print(json.dumps(run_vectors(sys.argv[2])))
    else:
        each_line({"open": answer_open, "seal": answer_seal}[sys.argv[1]])
