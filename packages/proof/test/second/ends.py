"""Section 8: what ends with an entry, from a size on."""


def end_authenticators(directory, size: int, person: str) -> None:
    """Every key and app of a person."""
    for credential, key in directory.keys.items():
        if key.person == person and key.until is None:
            directory.keys[credential] = key._replace(until=size)
    end(directory.apps.values(), size, lambda app: app.value == (person,))


def end_recovery(directory, size: int, person: str) -> None:
    end(directory.recoveries, size, lambda one: one.value == (person,))


def end(spans, size: int, which) -> None:
    for span in spans:
        if which(span) and span.until is None:
            span.until = size
