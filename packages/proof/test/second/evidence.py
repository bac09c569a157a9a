"""Section 11: a bundle, verified in the order of 11.1. Total: every text gets a verdict and a code."""
from checkpoint import verify_checkpoint
from countersigned import subject_digest, verify_countersignature
from directory import replay
from effect import verify_effect
from envelope import countersignature
from forms import array, b64, digest, integer, milliseconds, name, one_of, shape, text
from leaves import verify_leaves
from merkle import EMPTY_ROOT, consistent
from records import verify_records
from refusal import Refused, demand
from requirement import verify_requirement
from subject import demanded, is_floored, is_grave, parse_subject
from text import NotJson, parse
from trust import check_directory, read_trust

_hashes = array(64, digest)
_bundle = shape(
    v=one_of(1),
    type=one_of("countersign.evidence"),
    instance=name,
    subject=text(4194304),
    countersignatures=array(64, countersignature),
    directory=array(100000, text(262144)),
    ledger=shape(
        checkpoint=text(65536),
        leaves=array(
            1000,
            shape(index=integer(0), leaf=text(16384), salt=b64(32), details=text(1048576), proof=_hashes),
        ),
        consistency=array(64, shape(from_=shape(size=integer(0), root=digest), proof=_hashes)),
    ),
    outcome=one_of("none", "started", "applied", "failed", "unknown"),
)


def _read_bundle(bundle: str) -> dict:
    try:
        value = parse(bundle)
    except NotJson:
        raise Refused("evidence_invalid") from None
    demand(_bundle(value), "evidence_invalid")
    return value


def _trusted(one, trust) -> bool:
    sites = [site for site in trust["sites"] if one.type != "webauthn" or site["rpId"] == one.key.rp_id]
    return any(one.envelope["origin"] in site["origins"] for site in sites)


def _countersignatures(signed: list, subject_digest_: str, directory, trust, types) -> list:
    verified, nonces = [], set(directory.nonces)
    for raw in signed:
        one = verify_countersignature(raw, subject_digest_, directory, None, {"self", "approver"}, None, types)
        demand(not trust or _trusted(one, trust), "trust_relying_party")
        nonce = one.envelope["nonce"]
        demand(nonce not in nonces, "nonce_reused")
        nonces.add(nonce)
        verified.append(one)
    return verified


def _consistency(items: list, verified: list, checkpoint) -> None:
    shown = {(0, EMPTY_ROOT)}
    for item in items:
        size, root = item["from"]["size"], item["from"]["root"]
        proof = [bytes.fromhex(hash_) for hash_ in item["proof"]]
        if size == 0:
            holds = root == EMPTY_ROOT and not proof
        else:
            holds = consistent(size, bytes.fromhex(root), checkpoint.size, checkpoint.root, proof)
        demand(holds, "consistency_invalid")
        shown.add((size, root))
    for one in verified:
        seen = one.envelope["checkpoint"]
        demand((seen["size"], seen["root"]) in shown, "consistency_missing")


def _owners_of_policy(verified: list, directory) -> bool:
    """Step 10's last demand, for the kind `policy`; True if what it counted rests on a demonstration."""
    last = max(one.until for one in verified)
    human = lambda person: directory.human(person, last)
    owners = directory.count_owners(last)
    counted = [(one.person, directory.role_throughout(one, "owner", "")) for one in verified]
    counted = [(person, span) for person, span in counted if span]
    demand(len({human(person) for person, _ in counted}) >= min(2, max(1, owners)), "directory_authority")
    return any(span.demonstration for _, span in counted)


def _consent(subject: dict, verified: list, directory, trust) -> bool:
    """True if it rests on a demonstration."""
    scope = subject["workspace"]["name"] if subject["kind"] != "policy" else ""
    required = demanded(subject)
    roots = trust["attestationRoots"] if trust else None
    demonstration = verify_requirement(required, subject["requester"], scope, verified, directory, is_grave(subject), roots)
    if subject["kind"] == "policy":
        demonstration = _owners_of_policy(verified, directory) or demonstration
    return demonstration


def _allowed(subject: dict, digest: str, verified: list, leaves: list) -> bool:
    """Step 10: nobody was asked."""
    required = subject["policy"]["requirement"]
    if subject["kind"] == "policy" or is_floored(subject) or required["selfStepUp"] or required["approvals"] > 0 or verified:
        return False
    decided = [leaf.details for leaf in leaves if leaf.type == "gate.decided" and leaf.details["subjectDigest"] == digest]
    return bool(decided) and all(details["decision"] == "allow" for details in decided)


def _verdict(bundle_text: str, trust_text) -> tuple:
    trust = None if trust_text is None else read_trust(trust_text)
    bundle = _read_bundle(bundle_text)
    subject = parse_subject(bundle["subject"])
    demand(subject["kind"] in ("run", "state", "policy"), "evidence_kind")
    directory = replay(bundle["directory"])
    if trust:
        check_directory(trust, directory)
    same = bundle["instance"] == subject["instance"] == directory.instance and subject["org"] == directory.org
    demand(same, "evidence_instance")

    ours = subject_digest(bundle["subject"])
    types = ("webauthn", "totp") if subject["kind"] == "run" else ("webauthn",)
    verified = _countersignatures(bundle["countersignatures"], ours, directory, trust, types)
    ledger, ledger_key = bundle["ledger"], directory.ledger_key_at(directory.size)
    checkpoint = verify_checkpoint(ledger["checkpoint"], bundle["instance"], list(ledger_key.value))
    if trust:
        demand(ledger_key.value[0] in trust["ledgerKeys"], "trust_ledger_key")
    leaves = verify_leaves(ledger["leaves"], checkpoint)
    records = verify_records(ours, bundle["countersignatures"], verified, leaves, directory)
    _consistency(ledger["consistency"], verified, checkpoint)
    allowed = _allowed(subject, ours, verified, leaves)
    demonstration = not allowed and _consent(subject, [record.signed for record in records], directory, trust)
    used = verify_effect(subject, ours, bundle["outcome"], leaves, records)
    recorded = [record.leaf.time for record in records]
    if recorded:
        fresh = 1000 * demanded(subject)["freshSeconds"]
        oldest = milliseconds(used.time if used else max(recorded)) - fresh
        demand(all(milliseconds(time) >= oldest for time in recorded), "requirement_freshness")

    if demonstration or ledger_key.demonstration or (trust and trust["demonstration"]):
        return "DEMONSTRATION", "demonstration"
    if not trust:
        return "CONSISTENT", "issuer_not_pinned"
    if allowed:
        return "ALLOWED", "allowed_by_policy"
    if any(one.type == "totp" for one in verified):
        return "ATTESTED", "servers_word"
    return "VALID", "valid"


def verify(bundle: str, trust=None) -> dict:
    """`trust` is the text of a trust file, or None."""
    try:
        verdict, code = _verdict(bundle, trust)
    except Refused as refused:
        verdict, code = "INVALID", refused.code
    return {"verdict": verdict, "code": code}
