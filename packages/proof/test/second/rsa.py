"""RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.2), for verifying only."""
import hashlib

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def verify(modulus: int, exponent: int, message: bytes, signature: bytes) -> bool:
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= modulus:
        return False
    info = SHA256_INFO + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return pow(number, exponent, modulus).to_bytes(size, "big") == expected
