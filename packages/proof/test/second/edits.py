"""vectors.md: the edits by which a case differs from its base."""
import copy
import json

from forms import from_base64url, to_base64url
from text import canonical, parse


class _Gone:
    pass


def _change(value, edit: dict):
    if "set" in edit:
        return copy.deepcopy(edit["set"])
    if "remove" in edit:
        return _Gone
    old, new = edit["replace"]
    return value.replace(old, new, 1)


def _inside(value, steps: list, edit: dict):
    """The value with the edit made at the path `steps` in it."""
    if not steps:
        return _change(value, edit)
    step, rest = steps[0], steps[1:]
    if step == {"as": "json"}:
        inner = parse(value if isinstance(value, str) else bytes(value).decode("utf-8"))
        text = canonical(_inside(inner, rest, edit))
        return text if isinstance(value, str) else bytearray(text.encode("utf-8"))
    if step == {"as": "bytes"}:
        return to_base64url(bytes(_inside(bytearray(from_base64url(value)), rest, edit)))
    if isinstance(value, bytearray):
        value[step] ^= edit["xor"]
        return value
    present = step in value if isinstance(value, dict) else step < len(value)
    item = _inside(value[step] if present else None, rest, edit)
    if item is _Gone:
        del value[step]
    elif isinstance(value, list) and step == len(value):
        value.append(item)
    else:
        value[step] = item
    return value


def apply(document: dict, edits: list) -> dict:
    document = copy.deepcopy(document)
    for edit in edits:
        document = _inside(document, edit["at"], edit)
    return document


def texts(document: dict) -> tuple:
    """(bundle text, trust text or None)."""
    trust = document["trust"]
    return json.dumps(document["bundle"]), None if trust is None else json.dumps(trust)
