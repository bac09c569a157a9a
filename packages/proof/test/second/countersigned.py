"""Section 7: one countersignature in view of a directory."""
from collections import namedtuple

from assertion import verify_assertion
from envelope import parse_envelope
from forms import from_base64url
from keys import ED25519_PREFIX, signature_holds
from refusal import demand
from text import canonical, sha256, utf8
from verifierkey import read_verifier_key

# `key` is a Key or None, `app` a span or None, `ledger_key` the span of the key that gave a word or None.
Verified = namedtuple("Verified", "type envelope key app ledger_key person role at until moment demonstration")
# A key that is only about to be registered, with the site of its subject.
Entering = namedtuple("Entering", "key rp_id origins")


def subject_digest(subject: str) -> str:
    return sha256(b"countersign.subject.v1\n", utf8(subject)).hex()


def challenge_of(envelope: dict, digest: str) -> bytes:
    statement = canonical({"envelope": envelope, "subjectDigest": digest})
    return sha256(b"countersign.challenge.v1\n", utf8(statement))


def word_of(signed: dict, challenge: bytes) -> bytes:
    """Section 2: what a ledger key signs for an authenticator app, or for the host."""
    if signed["type"] == "totp":
        said = canonical({"authenticator": signed["authenticator"], "challenge": challenge.hex()})
        return b"countersign.totp.v1\n" + utf8(said)
    return b"countersign.host.v1\n" + utf8(canonical({"challenge": challenge.hex()}))


def countersignature_digest(signed: dict) -> str:
    return sha256(utf8(canonical(signed))).hex()


def demand_still_holds(one: Verified, directory, size: int) -> None:
    if one.type == "webauthn":
        demand(directory.key_holds(one.key, size), "signer_revoked")
    else:
        demand(one.ledger_key.holds(size), "signer_revoked")
        demand(one.app is None or one.app.holds(size), "signer_revoked")
    sites = directory.sites_at(size)
    if one.type == "webauthn":
        sites = [site for site in sites if site.rp_id == one.key.rp_id]
    demand(any(one.envelope["origin"] in site.origins for site in sites), "envelope_origin")


def _by_key(one, signed, challenge, directory, entering):
    if entering:
        key, rp_id, origins = entering
        standing = directory.newest_site(one.at)
        one = one._replace(key=key)
    else:
        key = directory.keys.get(signed["credential"])
        demand(key is not None and key.from_ <= one.at, "signer_unknown")
        one = one._replace(key=key)
        demand_still_holds(one, directory, one.until)
        standing = directory.site_at(key.rp_id, one.at)
        demand(standing, "envelope_origin")
        rp_id, origins = standing.value
    demand(one.envelope["origin"] in origins, "envelope_origin")
    verify_assertion(signed, key, one.person, challenge, rp_id, [one.envelope["origin"]])
    return one._replace(demonstration=key.demonstration or bool(standing and standing.demonstration))


def _by_word(one, signed, challenge, directory):
    ledger_key = directory.ledger_key_at(one.at)
    demand(ledger_key, "signer_unknown")
    app = None
    if one.type == "totp":
        app = directory.apps.get(signed["authenticator"])
        demand(app and app.from_ <= one.at, "signer_unknown")
        demand(app.value[0] == one.person, "assertion_owner")
    one = one._replace(app=app, ledger_key=ledger_key)
    demand_still_holds(one, directory, one.until)
    sites = [site for site in directory.sites_at(one.at) if one.envelope["origin"] in site.origins]
    demand(sites, "envelope_origin")
    public = ED25519_PREFIX + read_verifier_key(ledger_key.value[0]).public
    holds = signature_holds(-8, public, word_of(signed, challenge), from_base64url(signed["signature"]))
    demand(holds, "word_signature")
    demonstration = bool(app and app.demonstration) or ledger_key.demonstration or sites[0].demonstration
    return one._replace(demonstration=demonstration)


def verify_countersignature(signed, digest, directory, until, roles, entering: Entering = None, types=("webauthn",)) -> Verified:
    """`until` None stands for the envelope's own size (section 11.1, step 5)."""
    demand(signed["type"] in types, "countersignature_type")
    envelope = parse_envelope(signed["envelope"])
    demand(envelope["instance"] == directory.instance, "envelope_instance")
    demand(envelope["role"] in roles, "envelope_role")
    at = envelope["directory"]["size"]
    demand(at <= directory.size and envelope["directory"]["head"] == directory.heads[at], "envelope_directory")
    until = at if until is None else until

    one = Verified(
        signed["type"], envelope, None, None, None, envelope["person"], envelope["role"], at, until, None, False
    )
    challenge = challenge_of(envelope, digest)
    if signed["type"] == "webauthn":
        return _by_key(one, signed, challenge, directory, entering)
    return _by_word(one, signed, challenge, directory)
