"""Section 8: spans of sizes, and which role covers which scope."""
from dataclasses import dataclass
from typing import Optional


@dataclass
class Span:
    """What stands from one size on, perhaps until another; `value` is what it is about."""

    value: tuple
    demonstration: bool
    from_: int
    until: Optional[int] = None

    def holds(self, size: int) -> bool:
        return self.from_ <= size and (self.until is None or size < self.until)


@dataclass
class Recovery(Span):
    """`value` is (person,); `began` the time of its entry in milliseconds."""

    began: int = 0


@dataclass
class Party(Span):
    @property
    def rp_id(self) -> str:
        return self.value[0]

    @property
    def origins(self) -> tuple:
        return self.value[1]


def covers(role_scope: str, scope: str) -> bool:
    if role_scope in ("", scope):
        return True
    return "/" in scope and role_scope == scope.split("/", 1)[0]
