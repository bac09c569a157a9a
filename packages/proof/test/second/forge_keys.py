"""Keys of a forger's own, made from a name; for making bundles to compare verifiers with. They guard nothing."""
import base64
import hashlib
from functools import lru_cache

import ed25519
import p256
from keys import ED25519_PREFIX, ES256_PREFIX
from text import sha256


def secret(name: str) -> int:
    return int.from_bytes(hashlib.sha512(name.encode()).digest(), "big")


def der_integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(content)]) + content


def _es256_sign(name: str, message: bytes) -> bytes:
    d = secret(name) % p256.N
    k = int.from_bytes(hashlib.sha512(str(d).encode() + message).digest(), "big") % p256.N
    r = p256.multiply([(k, p256.G)])[0] % p256.N
    s = pow(k, -1, p256.N) * (int.from_bytes(sha256(message), "big") + r * d) % p256.N
    content = der_integer(r) + der_integer(s)
    return b"\x30" + bytes([len(content)]) + content


@lru_cache(maxsize=None)
def _ed25519_public(name: str) -> bytes:
    return ed25519.encode(ed25519.multiply(secret(name) % ed25519.L, ed25519.BASE))


def _ed25519_sign(name: str, message: bytes) -> bytes:
    a, public = secret(name) % ed25519.L, _ed25519_public(name)
    r = int.from_bytes(hashlib.sha512(b"nonce" + str(a).encode() + message).digest(), "little") % ed25519.L
    big_r = ed25519.encode(ed25519.multiply(r, ed25519.BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little")
    return big_r + ((r + k * a) % ed25519.L).to_bytes(32, "little")


@lru_cache(maxsize=None)
def public_key(alg: int, name: str) -> bytes:
    if alg == -8:
        return ED25519_PREFIX + _ed25519_public(name)
    x, y = p256.multiply([(secret(name) % p256.N, p256.G)])
    return ES256_PREFIX + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(alg: int, name: str, message: bytes) -> bytes:
    return _ed25519_sign(name, message) if alg == -8 else _es256_sign(name, message)


def verifier_key(name: str, instance: str) -> str:
    raw = b"\x01" + _ed25519_public(name)
    origin = f"countersign/{instance}"
    key_id = sha256(origin.encode(), b"\n", raw)[:4]
    return f"{origin}+{key_id.hex()}+{base64.b64encode(raw).decode()}"


def signed_note(text: str, verifier_key_: str, name: str) -> str:
    """One more signature line for the note of this text."""
    origin, key_id = verifier_key_.split("+", 2)[:2]
    signature = bytes.fromhex(key_id) + _ed25519_sign(name, text.encode())
    return f"\u2014 {origin} {base64.b64encode(signature).decode()}\n"
