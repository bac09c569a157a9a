"""ledger.md, section 4: the keys that sign checkpoints."""
import re
from collections import namedtuple

from forms import from_base64
from keys import ed25519_acceptable
from text import sha256

NAME = r"[!-*,-~]{1,256}"
_FORM = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/=]{{44}})")

VerifierKey = namedtuple("VerifierKey", "name id public")


def read_verifier_key(text: str):
    """The key, or None: anything else is no verifier key."""
    match = _FORM.fullmatch(text)
    raw = from_base64(match[3]) if match else None
    if raw is None or len(raw) != 33 or raw[0] != 1 or not ed25519_acceptable(raw[1:]):
        return None
    name, key_id = match[1], bytes.fromhex(match[2])
    if sha256(name.encode(), b"\n", raw)[:4] != key_id:
        return None
    return VerifierKey(name, key_id, raw[1:])
