"""Random changes: of a bundle's text, of its fields without new signatures, and of a forger's model (forge.py)."""
import copy
import json
from datetime import datetime, timedelta

from forms import time as is_time
from text import NotCanonical, NotJson, canonical, parse

POOL = {
    "role": ["self", "approver", "genesis", "possession", "voucher", "owner", "manager", "operator", "auditor"],
    "approverRole": ["", "owner", "approver"],
    "change": ["grant", "remove", "start", "veto", "add", "retire"],
    "level": ["none", "low", "medium", "high", "critical"],
    "reason": ["lost", "removed", "compromised", "vetoed"],
    "type": ["webauthn", "totp", "host"],
    "word": ["totp", "host"],
    "assurance": ["aal1", "aal2", "aal3"],
    "outcome": ["none", "started", "applied", "failed", "unknown"],
    "result": ["applied", "failed", "unknown"],
    "decision": ["deny", "allow"],
    "aaguid": ["c0de51a7-0000-4000-8000-64656d6f6b65"],
    "scope": ["", "apply", "destroy", "acme", "acme/payments", "acme/", "payments", "network"],
    "flags": [0x01, 0x04, 0x05, 0x0D, 0x1D, 0x15, 0x45, 0x85, 0x07],
    "approvals": [0, 1, 2, 3],
    "freshSeconds": [1, 10, 60, 3600],
    "extra": ["00", "a0"],
    "rpId": ["countersign.test", "countersign.example", None],
}


def scalars(value, name=""):
    """(name of the member, scalar) of everything below."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else ((name, item) for item in value)
        for key, item in items:
            yield from scalars(item, key)
    else:
        yield name, value


def later(value: str, hours: int) -> str:
    moved = datetime.fromisoformat(value[:-1]) + timedelta(hours=hours)
    return moved.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moved.microsecond // 1000:03d}Z"


def _shifted_time(rng, value: str, others: list) -> str:
    base = rng.choice(others) if others and rng.random() < 0.6 else value
    by = rng.choice([-600000, -5001, -5000, -1000, -1, 0, 1, 1000, 5000, 3600000])
    moved = datetime.fromisoformat(base[:-1]) + timedelta(milliseconds=by)
    return moved.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moved.microsecond // 1000:03d}Z"


def _other(rng, name: str, value, everything: list):
    """Another value for a scalar: of the same member elsewhere, of the pool, or of the same type."""
    if isinstance(value, bool):
        return not value
    if is_time(value):
        return _shifted_time(rng, value, [other for _, other in everything if is_time(other)])
    choices = [other for key, other in everything if key == name and other != value] + POOL.get(name, [])
    if choices and rng.random() < 0.8:
        return rng.choice(choices)
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, 0, value * 2, 2**53 - 1, 2**53, -1, 1.5])
    same = [other for _, other in everything if isinstance(other, str) and other != value]
    text = value if isinstance(value, str) else ""
    tricks = [text + "x", text[:-1], text.upper(), text + "\n", "", "\u00e9" + text, text + "\ud800", None, 0, [], {}]
    return rng.choice(same) if same and rng.random() < 0.4 else rng.choice(tricks)


def _descend(rng, value):
    """(container, key) of something below, every step chosen alike."""
    while True:
        keys = list(value.keys()) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return None
        key = rng.choice(keys)
        below = value[key]
        if not isinstance(below, (dict, list)) or not below or rng.random() < 0.1:
            return value, key
        value = below


def change_something(rng, value) -> None:
    found = _descend(rng, value)
    if found is None:
        return
    container, key = found
    chance = rng.random()
    if isinstance(container, list) and chance < 0.3:
        _rearrange(rng, container, key)
    elif isinstance(container, dict) and chance < 0.04:
        del container[key]
    elif isinstance(container, dict) and chance < 0.07:
        container[rng.choice(["x", "topOrigin", "crossOrigin", "__proto__"])] = rng.choice([True, False, None, "x"])
    else:
        name = key if isinstance(key, str) else ""
        container[key] = _other(rng, name, container[key], list(scalars(value)))


def _rearrange(rng, items: list, at: int) -> None:
    how = rng.randrange(3)
    if how == 0:
        del items[at]
    elif how == 1:
        items.insert(rng.randrange(len(items) + 1), copy.deepcopy(items[at]))
    else:
        to = rng.randrange(len(items))
        items[at], items[to] = items[to], items[at]


def text_mutation(rng, text: str) -> str:
    """One to three changes of characters; \ufffd and others beyond ASCII among them."""
    for _ in range(rng.randrange(1, 4)):
        at, length = rng.randrange(len(text) + 1), rng.choice([0, 1, 1, 2, 40])
        new = rng.choice(["", "0", "1", "9", "-", ".0", "e0", "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]",
                          ",", ":", " ", "\n", "\ufeff", "\u00e9", "\U0001f600", "null", "A", "a", "_", "=", "\x00",
                          text[at : at + 40]])
        text = text[:at] + new + text[at + length :]
    return text


def _inner_json(rng, text: str) -> str:
    value = parse(text)
    change_nested(rng, value)
    return canonical(value) if rng.random() < 0.9 else json.dumps(value)


def change_nested(rng, value) -> None:
    """A change at any depth, through strings that hold JSON; no signature is made anew."""
    for _ in range(6):
        found = _descend(rng, value)
        if found is None:
            return
        container, key = found
        inner = container[key]
        if isinstance(inner, str) and inner[:1] == "{" and rng.random() < 0.9:
            try:
                container[key] = _inner_json(rng, inner)
            except (NotJson, NotCanonical):
                container[key] = text_mutation(rng, inner)
            return
        if isinstance(inner, str) and len(inner) > 1 and rng.random() < 0.5:
            container[key] = text_mutation(rng, inner)
            return
        if rng.random() < 0.5:
            name = key if isinstance(key, str) else ""
            container[key] = _other(rng, name, inner, list(scalars(value)))
            return
        if isinstance(container, list):
            _rearrange(rng, container, key)
            return
