"""ECDSA on P-256 (FIPS 186-5, SEC 1), in Jacobian coordinates; for verifying only, not in constant time."""
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
INFINITY = (1, 1, 0)


def on_curve(x: int, y: int) -> bool:
    return x < P and y < P and (y * y - (x * x * x - 3 * x + B)) % P == 0


def double(point):
    x, y, z = point
    if not z or not y:
        return INFINITY
    zz, yy = z * z % P, y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - zz) * (x + zz) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def add(first, second):
    (x1, y1, z1), (x2, y2, z2) = first, second
    if not z1:
        return second
    if not z2:
        return first
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if not h:
        return INFINITY if r else double(first)
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * z1 * z2 % P


def multiply(pairs):
    """The affine sum of scalar * point over `pairs`, or None at infinity (Shamir's trick)."""
    sums = {0: INFINITY}
    for bit, (_, point) in enumerate(pairs):
        for mask, total in list(sums.items()):
            sums[mask | 1 << bit] = add(total, (*point, 1))
    result = INFINITY
    for position in reversed(range(256)):
        result = double(result)
        mask = sum((scalar >> position & 1) << bit for bit, (scalar, _) in enumerate(pairs))
        if mask:
            result = add(result, sums[mask])
    x, y, z = result
    return (x * pow(z, -2, P) % P, y * pow(z, -3, P) % P) if z else None


def verify(public, hashed: bytes, r: int, s: int) -> bool:
    if not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    point = multiply([(int.from_bytes(hashed, "big") * w % N, G), (r * w % N, public)])
    return point is not None and point[0] % N == r
