"""Section 4: the envelope that a person signs, and the shape of a countersignature."""
from forms import b64, both, digest, identifier, integer, name, one_of, origin, shape, text, time
from refusal import demand
from text import parse_canonical

_envelope = both(
    shape(
        v=one_of(1),
        instance=name,
        person=identifier("usr"),
        role=one_of("self", "approver", "genesis", "possession", "voucher"),
        slot=integer(0, 255),
        nonce=b64(32),
        notBefore=time,
        expires=time,
        origin=origin,
        checkpoint=shape(size=integer(0), root=digest),
        directory=shape(size=integer(0), head=digest),
    ),
    lambda value: value["notBefore"] < value["expires"],
)

_SIGNED = dict(envelope=text(8192), signature=b64(0, 1024))
_TYPES = {
    "webauthn": shape(
        **_SIGNED, type=one_of("webauthn"), credential=b64(1, 1023), authenticatorData=b64(0, 4096),
        clientDataJSON=b64(0, 8192),
    ),
    "totp": shape(**_SIGNED, type=one_of("totp"), authenticator=identifier("aut")),
    "host": shape(**_SIGNED, type=one_of("host")),
}


def countersignature(value) -> bool:
    type_ = value.get("type") if isinstance(value, dict) else None
    return isinstance(type_, str) and type_ in _TYPES and _TYPES[type_](value)


def parse_envelope(text_: str) -> dict:
    value = parse_canonical(text_)
    demand(_envelope(value), "envelope_invalid")
    return value
