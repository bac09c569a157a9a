"""The one way in which a check fails: with a code of the specification's section 12."""


class Refused(Exception):
    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def demand(holds, code: str) -> None:
    if not holds:
        raise Refused(code)
