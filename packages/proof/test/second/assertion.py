"""Section 6: one WebAuthn assertion, as a list of checks in order."""
from collections import namedtuple

from forms import from_base64url, to_base64url
from keys import read_key, signature_holds
from refusal import demand
from text import NotJson, parse, sha256

# A registered key, or one that is entering. `until` is None while nobody revoked it; `probation` is the moment in
# milliseconds at which it is over, or None; `root` is of its attestation, "" where that is claimed.
Key = namedtuple(
    "Key", "person authenticator credential alg public backup_eligible demonstration from_ until rp_id probation root"
)

UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def _client_data(raw: bytes):
    """The object, or None if it is not one with the three strings."""
    try:
        value = parse(raw.decode("utf-8"))
    except (UnicodeDecodeError, NotJson):
        return None
    needed = isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("type", "challenge", "origin")
    )
    return value if needed else None


def verify_assertion(signed: dict, key: Key, person: str, challenge: bytes, rp_id: str, origins: list) -> None:
    demand(signed["credential"] == key.credential and key.person == person, "assertion_owner")
    demand(key.alg in (-7, -257, -8), "assertion_algorithm")

    client_bytes = from_base64url(signed["clientDataJSON"])
    client = _client_data(client_bytes)
    demand(client is not None, "assertion_client_data")

    data = from_base64url(signed["authenticatorData"])
    demand(len(data) >= 37, "assertion_authenticator_data")
    flags = data[32]
    demand(not flags & AT and (len(data) > 37) == bool(flags & ED), "assertion_authenticator_data")

    demand(client["type"] == "webauthn.get", "assertion_type")
    demand(client["challenge"] == to_base64url(challenge), "assertion_challenge")
    demand(client["origin"] in origins, "assertion_origin")
    demand(client.get("crossOrigin", False) is False and "topOrigin" not in client, "assertion_cross_origin")
    demand(data[:32] == sha256(rp_id.encode()), "assertion_rp_id")
    demand(flags & UP, "assertion_user_presence")
    demand(flags & UV, "assertion_user_verification")
    demand(flags & BE or not flags & BS, "assertion_backup_state")
    demand(bool(flags & BE) == key.backup_eligible, "assertion_backup_eligibility")

    public = from_base64url(key.public)
    demand(read_key(key.alg, public) is not None, "key_invalid")
    signature = from_base64url(signed["signature"])
    demand(signature_holds(key.alg, public, data + sha256(client_bytes), signature), "assertion_signature")
