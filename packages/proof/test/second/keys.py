"""Section 5: which public keys are acceptable, and whether a signature holds."""
import hashlib
from functools import lru_cache

import ed25519
import openssl
import p256
import rsa

ES256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ED25519_PREFIX = bytes.fromhex("302a300506032b6570032100")
RSA_ALGORITHM = bytes.fromhex("300d06092a864886f70d0101010500")
SMALL_ORDER = {
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
}


def _element(data: bytes, tag: int, longest: int = 2):
    """(content, rest) of a DER element with a length in shortest form, or None."""
    if len(data) < 2 or data[0] != tag:
        return None
    length, start = data[1], 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= longest or len(data) < 2 + count:
            return None
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
        if length < 0x80 or length < 1 << 8 * (count - 1):
            return None
    if len(data) < start + length:
        return None
    return data[start : start + length], data[start + length :]


def _positive(data: bytes):
    """(integer, rest): positive and in shortest form, or None."""
    element = _element(data, 0x02)
    if element is None or not element[0] or element[0][0] >= 0x80:
        return None
    content, rest = element
    if content[0] == 0 and (len(content) == 1 or content[1] < 0x80):
        return None
    return int.from_bytes(content, "big"), rest


def _two_positives(data: bytes):
    """The two integers of a SEQUENCE of just them, or None."""
    outer = _element(data, 0x30)
    first = _positive(outer[0]) if outer and not outer[1] else None
    second = _positive(first[1]) if first else None
    return (first[0], second[0]) if second and not second[1] else None


def _rsa_key(spki: bytes):
    outer = _element(spki, 0x30)
    if outer is None or outer[1] or not outer[0].startswith(RSA_ALGORITHM):
        return None
    bits = _element(outer[0][len(RSA_ALGORITHM) :], 0x03)
    if bits is None or bits[1] or bits[0][:1] != b"\x00":
        return None
    pair = _two_positives(bits[0][1:])
    if pair is None:
        return None
    modulus, exponent = pair
    odd = modulus % 2 == exponent % 2 == 1
    acceptable = 2048 <= modulus.bit_length() <= 4096 and 3 <= exponent < 1 << 32
    return pair if odd and acceptable else None


def ed25519_acceptable(raw: bytes) -> bool:
    return len(raw) == 32 and raw[:31] + bytes([raw[31] & 0x7F]) not in SMALL_ORDER


@lru_cache(maxsize=4096)
def read_key(alg: int, spki: bytes):
    """What the key's algorithm computes with, or None if the key is not acceptable."""
    if alg == -7 and len(spki) == 91 and spki.startswith(ES256_PREFIX):
        point = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
        return point if p256.on_curve(*point) else None
    if alg == -8 and len(spki) == 44 and spki.startswith(ED25519_PREFIX):
        return spki[12:] if ed25519_acceptable(spki[12:]) else None
    return _rsa_key(spki) if alg == -257 else None


@lru_cache(maxsize=65536)
def signature_holds(alg: int, spki: bytes, message: bytes, signature: bytes) -> bool:
    """Of an acceptable key."""
    key = read_key(alg, spki)
    if alg == -7:
        pair = _two_positives(signature)
        holds = pair is not None and p256.verify(key, hashlib.sha256(message).digest(), *pair)
    elif alg == -8:
        holds = ed25519.verify(key, message, signature)
    else:
        holds = rsa.verify(*key, message, signature)
    openssl.remember(alg, spki, message, signature, holds)
    return holds
