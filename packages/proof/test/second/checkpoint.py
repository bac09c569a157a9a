"""ledger.md, section 5: a checkpoint, signed as a note."""
import re
from collections import namedtuple

from forms import from_base64
from keys import ED25519_PREFIX, signature_holds
from refusal import demand
from text import HALF_PAIR, LARGEST, utf8
from verifierkey import NAME, read_verifier_key

Checkpoint = namedtuple("Checkpoint", "size root")

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_LINE = re.compile(rf"\u2014 ({NAME}) ([A-Za-z0-9+/=]+)")
_SIZE = re.compile("0|[1-9][0-9]{0,15}")


def _signature_line(line: str):
    """(name, key id, signature), or None."""
    match = _LINE.fullmatch(line)
    raw = from_base64(match[2]) if match else None
    return (match[1], raw[:4], raw[4:]) if raw and len(raw) >= 5 else None


def _read(note: str):
    """(text, signature lines, origin, size, root)."""
    malformed = "checkpoint_malformed"
    demand(len(note.encode("utf-16-le", "surrogatepass")) <= 2 * 65536, malformed)
    demand(not _CONTROL.search(note) and not HALF_PAIR.search(note) and note.endswith("\n"), malformed)
    end = note.rfind("\n\n")
    demand(end >= 0, malformed)
    text, rest = note[: end + 1], note[end + 2 :]
    lines = [_signature_line(line) for line in rest[:-1].split("\n")]
    demand(len(lines) <= 100 and None not in lines, malformed)
    head = text[:-1].split("\n")
    demand(len(head) >= 3 and "" not in head, malformed)
    origin, size, root = head[:3]
    demand(_SIZE.fullmatch(size) and int(size) <= LARGEST, malformed)
    raw = from_base64(root)
    demand(len(root) == 44 and raw is not None and len(raw) == 32, malformed)
    return text, lines, origin, int(size), raw


def verify_checkpoint(note: str, instance: str, verifier_keys: list) -> Checkpoint:
    text, lines, origin, size, root = _read(note)
    demand(origin == "countersign/" + instance, "checkpoint_origin")
    signed = False
    for key in filter(None, map(read_verifier_key, verifier_keys)):
        if key.name != origin:
            continue
        for name, key_id, signature in lines:
            if (name, key_id) == (key.name, key.id):
                holds = signature_holds(-8, ED25519_PREFIX + key.public, utf8(text), signature)
                demand(holds, "checkpoint_signature")
                signed = True
    demand(signed, "checkpoint_key")
    return Checkpoint(size, root)
