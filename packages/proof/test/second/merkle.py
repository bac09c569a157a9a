"""ledger.md, sections 2 and 3: the tree and its proofs. Hashes are bytes."""
from text import sha256

EMPTY_ROOT = sha256(b"").hex()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00", leaf)


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01", left, right)


def root(hashes: list) -> bytes:
    """Of a list of leaf hashes."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root(hashes[:k]), root(hashes[k:]))


def includes(leaf: bytes, index: int, size: int, proof: list, wanted: bytes) -> bool:
    """Whether the leaf hash stands at the index of the tree of that size and root."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn % 2 == 1 or fn == sn:
            r = node(p, r)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            r = node(r, p)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and r == wanted


def consistent(size1: int, root1: bytes, size2: int, root2: bytes, proof: list) -> bool:
    if size1 == size2:
        return not proof and root1 == root2 and (size1 > 0 or root1 == sha256(b""))
    if not 0 < size1 < size2:
        return False
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = size1 - 1, size2 - 1
    while fn % 2 == 1:
        fn, sn = fn // 2, sn // 2
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn % 2 == 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn % 2 == 0 and fn != 0:
                fn, sn = fn // 2, sn // 2
        else:
            sr = node(sr, c)
        fn, sn = fn // 2, sn // 2
    return fr == root1 and sr == root2 and sn == 0
