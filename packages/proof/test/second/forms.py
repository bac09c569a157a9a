"""Section 1's table, as predicates of a value, and the combinators of shapes (1.3)."""
import base64
import binascii
import re
from datetime import datetime

from text import LARGEST

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def pattern(expression: str):
    compiled = re.compile(expression)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


digest = pattern("[0-9a-f]{64}")
name = pattern("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
origin = pattern(r"https?://[a-z0-9.\[\]:-]{1,255}")
rpid = pattern("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
role = pattern("[a-z][a-z0-9-]{0,63}")
anyid = pattern("[a-z]{2,8}_[0-9a-f]{32}")
boolean = lambda value: isinstance(value, bool)
anything = lambda value: True


def identifier(prefix: str):
    return pattern(prefix + "_[0-9a-f]{32}")


def from_base64url(text: str):
    """The bytes, or None if the text is not strict base64url without padding."""
    if not re.fullmatch("[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return value if to_base64url(value) == text else None


def to_base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def from_base64(text: str):
    """The bytes, or None if the text is not strict base64 with padding."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value).decode() == text else None


def b64(least: int, most: int = None):
    most = least if most is None else most

    def holds(value):
        decoded = from_base64url(value) if isinstance(value, str) else None
        return decoded is not None and least <= len(decoded) <= most

    return holds


def _moment(value: str) -> datetime:
    return datetime(*(int(value[at : at + width]) for at, width in ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2))))


def time(value) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value) or value < "1970":
        return False
    try:
        return _moment(value) is not None
    except ValueError:
        return False


def milliseconds(value: str) -> int:
    """Of a *time*, since 1970."""
    since = _moment(value) - datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds) * 1000 + int(value[20:23])


def text(*bounds: int):
    least, most = bounds if len(bounds) == 2 else (0, bounds[0])
    return lambda value: isinstance(value, str) and least <= len(value.encode("utf-8", "surrogatepass")) <= most


def integer(least: int, most: int = LARGEST):
    return lambda value: type(value) is int and least <= value <= most


def one_of(*values):
    return lambda value: type(value) in (str, int) and value in values


def shape(**members):
    """An object with exactly these members. A member `from_` is the member `from`."""
    wanted = {key.rstrip("_"): holds for key, holds in members.items()}

    def holds(value):
        return (
            isinstance(value, dict)
            and value.keys() == wanted.keys()
            and all(member(value[key]) for key, member in wanted.items())
        )

    return holds


def both(first, second):
    """`second` is only asked of values for which `first` holds."""
    return lambda value: first(value) and second(value)


def array(most: int, item, least: int = 0):
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(item, value))


origins = array(16, origin, 1)
