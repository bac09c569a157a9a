"""Section 7: one countersignature in view of a directory."""
from collections import namedtuple

from assertion import Key, verify_assertion
from envelope import parse_envelope
from refusal import demand
from text import canonical, sha256, utf8

Verified = namedtuple("Verified", "envelope key person role at until demonstration")
# A key that is only about to be registered, with the site of its subject.
Entering = namedtuple("Entering", "key rp_id origins")


def subject_digest(subject: str) -> str:
    return sha256(b"countersign.subject.v1\n", utf8(subject)).hex()


def challenge_of(envelope: dict, digest: str) -> bytes:
    statement = canonical({"envelope": envelope, "subjectDigest": digest})
    return sha256(b"countersign.challenge.v1\n", utf8(statement))


def countersignature_digest(signed: dict) -> str:
    return sha256(utf8(canonical(signed))).hex()


def verify_countersignature(signed, digest, directory, until, roles, entering: Entering = None) -> Verified:
    """`until` None stands for the envelope's own size (section 11.1, step 5)."""
    envelope = parse_envelope(signed["envelope"])
    demand(envelope["instance"] == directory.instance, "envelope_instance")
    demand(envelope["role"] in roles, "envelope_role")
    at = envelope["directory"]["size"]
    demand(at <= directory.size and envelope["directory"]["head"] == directory.heads[at], "envelope_directory")
    until = at if until is None else until

    party = directory.relying_party_at(at)
    if entering:
        key, rp_id, origins = entering
    else:
        key = directory.keys.get(signed["credential"])
        demand(key is not None and key.from_ <= at, "signer_unknown")
        demand(directory.key_holds(key, until), "signer_revoked")
        rp_id, origins = party.rp_id, party.origins
    demand(envelope["origin"] in origins, "envelope_origin")
    challenge = challenge_of(envelope, digest)
    verify_assertion(signed, key, envelope["person"], challenge, rp_id, [envelope["origin"]])

    demonstration = key.demonstration or bool(party and party.demonstration)
    return Verified(envelope, key, envelope["person"], envelope["role"], at, until, demonstration)
