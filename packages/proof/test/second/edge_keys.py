"""Keys and signatures at the edges of the algorithms: genesis has such a key, and all that it signs is signed so."""
import hashlib

import ed25519
import p256
import rsa
from forge import open_
from forge_keys import der_integer, public_key, secret
from forms import to_base64url
from keys import ED25519_PREFIX, ES256_PREFIX, RSA_ALGORITHM
from run_vectors import bases
from text import sha256

BASES = bases()


def model_of(name="run"):
    return open_(BASES[name])


def with_key(alg: int, spki: bytes, sign_):
    model = model_of()
    credential = model["directory"][0]["subject"]["credential"]
    credential["alg"], credential["publicKey"] = alg, to_base64url(spki)
    for one in model["signed"] + [one for entry in model["directory"] for one in entry["signed"]]:
        if one["credential"] == credential["id"]:
            one["sign"] = sign_
    return model


def _ed_sign(message, a, public, torsion=None, high_s=False, r_torsion=None):
    r = int.from_bytes(hashlib.sha512(b"r" + message).digest(), "little") % ed25519.L
    point = ed25519.multiply(r, ed25519.BASE)
    big_r = ed25519.encode(ed25519.add(point, r_torsion) if r_torsion else point)
    k = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little") % ed25519.L
    s = (r + k * a) % ed25519.L + (ed25519.L if high_s else 0)
    return big_r + s.to_bytes(32, "little")


def eddsa():
    a = secret("edges") % ed25519.L
    whole = ed25519.multiply(a, ed25519.BASE)
    public = ed25519.encode(whole)
    order8 = ed25519.decode(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
    order2 = ed25519.decode(((ed25519.P - 1)).to_bytes(32, "little"))
    mixed = {8: ed25519.encode(ed25519.add(whole, order8)), 2: ed25519.encode(ed25519.add(whole, order2))}
    yield "sound", public, lambda m: _ed_sign(m, a, public)
    yield "S + L", public, lambda m: _ed_sign(m, a, public, high_s=True)
    yield "R with a part of order 8", public, lambda m: _ed_sign(m, a, public, r_torsion=order8)
    yield "65 bytes", public, lambda m: _ed_sign(m, a, public) + b"\x00"
    yield "no bytes", public, lambda m: b""
    for order, key in mixed.items():
        yield f"a key with a part of order {order}", key, lambda m, key=key: _ed_sign(m, a, key)
    for y in range(2, 19):
        for sign_bit in (0, 1):
            key = (ed25519.P + y | sign_bit << 255).to_bytes(32, "little")
            yield f"the key p + {y}, sign {sign_bit}", key, lambda m, key=key: _ed_sign(m, a, key)
    yield "a key that is no point", (2).to_bytes(32, "little"), lambda m: _ed_sign(m, a, public)
    for small in (1, ed25519.P - 1, 0):
        for sign_bit in (0, 1):
            key = (small | sign_bit << 255).to_bytes(32, "little")
            yield f"the small key {small % 7}, sign {sign_bit}", key, lambda m, key=key: _ed_sign(m, 0, key)


def _es256(message, change=lambda r, s: (r, s), wrap=None):
    d = secret("edges") % p256.N
    k = int.from_bytes(hashlib.sha512(message).digest(), "big") % p256.N
    r = p256.multiply([(k, p256.G)])[0] % p256.N
    s = pow(k, -1, p256.N) * (int.from_bytes(sha256(message), "big") + r * d) % p256.N
    r, s = change(r, s)
    content = der_integer(r) + der_integer(s)
    return wrap(content) if wrap else b"\x30" + bytes([len(content)]) + content


def es256():
    public = public_key(-7, "edges")
    x, y = public[27:59], public[59:]
    yield "sound", public, _es256
    yield "s negated", public, lambda m: _es256(m, lambda r, s: (r, p256.N - s))
    yield "r + n", public, lambda m: _es256(m, lambda r, s: (r + p256.N, s))
    yield "s + n", public, lambda m: _es256(m, lambda r, s: (r, s + p256.N))
    yield "r = 0", public, lambda m: _es256(m, lambda r, s: (0, s))
    yield "a long length", public, lambda m: _es256(m, wrap=lambda c: b"\x30\x81" + bytes([len(c)]) + c)
    yield "an indefinite length", public, lambda m: _es256(m, wrap=lambda c: b"\x30\x80" + c + b"\0\0")
    yield "a byte behind", public, lambda m: _es256(m) + b"\0"
    yield "a byte inside", public, lambda m: _es256(m, wrap=lambda c: b"\x30" + bytes([len(c) + 1]) + c + b"\0")
    yield "a padded integer", public, lambda m: _es256(
        m, wrap=lambda c: b"\x30" + bytes([len(c) + 1, 2, c[1] + 1, 0]) + c[2:]
    )
    yield "raw", public, lambda m: b"\x05" * 64
    yield "a negated key", public[:59] + (p256.P - int.from_bytes(y, "big")).to_bytes(32, "big"), _es256
    yield "compressed", bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + bytes([2 + y[-1] % 2]) + x, _es256
    yield "hybrid", public[:26] + bytes([6 + y[-1] % 2]) + public[27:], _es256
    small = next(x for x in range(1, 99) if pow(x**3 - 3 * x + p256.B, (p256.P - 1) // 2, p256.P) == 1)
    root = pow(small**3 - 3 * small + p256.B, (p256.P + 1) // 4, p256.P)
    for offset in (0, p256.P):
        point = (small + offset).to_bytes(32, "big") + root.to_bytes(32, "big")
        yield f"x of {'p + ' if offset else ''}{small}", ES256_PREFIX + point, _es256
    yield "off the curve", public[:-1] + bytes([public[-1] ^ 1]), _es256
    yield "zeros", ES256_PREFIX + bytes(64), _es256


def _prime(name, offset):
    """1024 bits; the offset of a prime was searched for once."""
    raw = b"".join(hashlib.sha512(f"{name}{part}".encode()).digest() for part in range(2))
    return (int.from_bytes(raw, "big") | 3 << 1022 | 1) + offset


def _der(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _integer(value, pad=0):
    return _der(2, bytes(pad) + value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _rsa_spki(n, e, pad=0, algorithm=RSA_ALGORITHM, behind=b"", unused=b"\0"):
    return _der(0x30, algorithm + _der(3, unused + _der(0x30, _integer(n, pad) + _integer(e) + behind)))


def rs256():
    p, q = _prime("p", 962), _prime("q", 820)

    def signer(n, phi, e=65537, change=lambda s: s, size=None):
        d = pow(e, -1, phi)

        def sign_(message):
            length = (n.bit_length() + 7) // 8
            info = rsa.SHA256_INFO + sha256(message)
            encoded = b"\0\1" + b"\xff" * (length - len(info) - 3) + b"\0" + info
            return change(pow(int.from_bytes(encoded, "big"), d, n)).to_bytes(size or length, "big")

        return sign_

    n, phi = p * q, (p - 1) * (q - 1)
    yield "sound", _rsa_spki(n, 65537), signer(n, phi)
    yield "s + n in a byte more", _rsa_spki(n, 65537), signer(n, phi, change=lambda s: s + n, size=257)
    yield "a zero before", _rsa_spki(n, 65537), signer(n, phi, size=257)
    yield "padded modulus", _rsa_spki(n, 65537, pad=1), signer(n, phi)
    yield "bytes behind", _rsa_spki(n, 65537, behind=b"\x05\x00"), signer(n, phi)
    yield "no parameters", _rsa_spki(n, 65537, algorithm=_der(0x30, bytes.fromhex("06092a864886f70d010101"))), signer(n, phi)
    yield "PSS", _rsa_spki(n, 65537, algorithm=_der(0x30, bytes.fromhex("06092a864886f70d01010a"))), signer(n, phi)
    yield "unused bits", _rsa_spki(n, 65537, unused=b"\1"), signer(n, phi)
    for e in (1, 3, 4, 0x7FFFFFFF, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFD, 0x100000001):
        try:
            yield f"exponent {e:#x}", _rsa_spki(n, e), signer(n, phi, e)
        except ValueError:
            yield f"exponent {e:#x}, with no inverse", _rsa_spki(n, e), signer(n, phi)
    yield "an even modulus", _rsa_spki(2 * n, 65537), signer(2 * n, phi)
    yield "2047 bits", _rsa_spki(n >> 1 | 1, 65537), signer(n, phi)
    yield "4096 bits", _rsa_spki(n << 2048 | 1, 65537), signer(n, phi, size=512)
    yield "4097 bits", _rsa_spki(n << 2049 | 1, 65537), signer(n, phi, size=513)


def keys():
    for alg, name, cases in ((-8, "EdDSA", eddsa), (-7, "ES256", es256), (-257, "RS256", rs256)):
        for what, spki, sign_ in cases():
            spki = ED25519_PREFIX + spki if alg == -8 else spki
            yield f"{name}: {what}", with_key(alg, spki, sign_)
