"""JSON texts (1.2), canonical texts (1.1) and their bytes.

A value that comes out of here has strings, ints, floats, bools, None, lists and dicts. A number is
an int exactly when it is an integer within +-(2^53 - 1); every other number is a float, which no
shape accepts and which has no canonical form.
"""
import hashlib
import json
import re
from json.encoder import encode_basestring as quoted

from refusal import Refused

DEEPEST = 64
LARGEST = 2**53 - 1
HALF_PAIR = re.compile("[\ud800-\udfff]")


class NotJson(Exception):
    pass


class NotCanonical(Exception):
    pass


def utf8(text: str) -> bytes:
    """Half of a surrogate pair is written as U+FFFD (section 1)."""
    return HALF_PAIR.sub("\ufffd", text).encode("utf-8")


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _number(text: str):
    """Numbers are read as binary64; 1.0 and 1e2 are integers of value (1.2)."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= LARGEST else value


def _object(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a name occurs twice")
    return members


def _no_constant(text: str):
    raise NotJson(text)


def _check_depth(value, depth=1):
    """`depth` is the depth at which `value` would stand if it were a container."""
    if isinstance(value, (list, dict)):
        if depth > DEEPEST:
            raise NotJson("too deep")
        for item in value.values() if isinstance(value, dict) else value:
            _check_depth(item, depth + 1)


def parse(text: str):
    """The value of a JSON text (1.2). Raises NotJson."""
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_no_constant
        )
        _check_depth(value)
        return value
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


def canonical(value, depth=1) -> str:
    """The canonical text of a value (1.1). Raises NotCanonical."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        if HALF_PAIR.search(value):
            raise NotCanonical("half of a surrogate pair")
        return quoted(value)
    if isinstance(value, float) or depth > DEEPEST:
        raise NotCanonical("a number or a depth")
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, depth + 1) for item in value) + "]"
    names = sorted(value, key=utf16)
    return "{" + ",".join(canonical(name) + ":" + canonical(value[name], depth + 1) for name in names) + "}"


def utf16(text: str) -> bytes:
    """What orders texts as their UTF-16 code units do."""
    return text.encode("utf-16-be", "surrogatepass")


def parse_canonical(text: str):
    """The value of a canonical text; else refuses `statement_not_canonical`."""
    try:
        value = parse(text)
        if canonical(value) == text:
            return value
    except (NotJson, NotCanonical):
        pass
    raise Refused("statement_not_canonical")
