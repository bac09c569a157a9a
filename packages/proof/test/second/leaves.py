"""Section 11.1, step 7: the leaves of a bundle, and section 11.2: the details of those that play a part."""
from collections import namedtuple

from forms import (
    anyid, anything, array, b64, boolean, digest, from_base64url, identifier, integer, milliseconds, one_of, pattern,
    shape, text, time,
)
from merkle import includes, leaf_hash
from refusal import demand
from subject import empty_or, executor
from text import parse_canonical, sha256, utf8

Leaf = namedtuple("Leaf", "index type time ids details")
LATENESS_MS = 5000

_ID_NAME = pattern("[a-z][A-Za-z0-9]{0,31}")
_ID_VALUE = text(1, 256)


def _ids(value) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 16
        and all(_ID_NAME(name) and _ID_VALUE(item) for name, item in value.items())
    )


_leaf = shape(
    v=one_of(1),
    type=pattern(r"[a-z][a-z0-9-]{0,63}(\.[a-z][a-z0-9-]{0,63}){0,3}"),
    time=time,
    ids=_ids,
    commitment=digest,
)

DETAILS = {
    "run.created": dict(run=identifier("run"), subjectDigest=digest),
    "gate.decided": dict(
        action=pattern("[a-z][a-z.-]{0,63}"), subjectDigest=digest, decision=text(1, 64), rule=text(1, 256),
        policy=digest,
    ),
    "gate.countersigned": dict(challenge=anyid, subjectDigest=digest, countersignatureDigest=digest),
    "gate.granted": dict(grant=anyid, subjectDigest=digest, executor=executor, expires=time),
    "gate.redeemed": dict(grant=anyid, subjectDigest=digest),
    "run.apply-started": dict(run=identifier("run"), grant=anyid, planFile=digest),
    "run.outcome": dict(
        run=identifier("run"), result=one_of("applied", "failed", "unknown"), summary=anything,
        stateSerial=integer(0), stateDigest=empty_or(digest),
        treeUnchanged=lambda value: value is None or boolean(value),
    ),
}


def _has(details: dict, members: dict) -> bool:
    """Members named are needed; others are allowed and ignored."""
    return all(name in details and holds(details[name]) for name, holds in members.items())


def _verify_leaf(item: dict, checkpoint) -> Leaf:
    leaf = parse_canonical(item["leaf"])
    demand(_leaf(leaf), "leaf_invalid")
    proof = [bytes.fromhex(hash_) for hash_ in item["proof"]]
    hashed = leaf_hash(utf8(item["leaf"]))
    demand(includes(hashed, item["index"], checkpoint.size, proof, checkpoint.root), "inclusion_invalid")
    salt = from_base64url(item["salt"])
    commitment = sha256(b"countersign.details.v1\n", salt, utf8(item["details"])).hex()
    demand(commitment == leaf["commitment"], "leaf_commitment")
    details = parse_canonical(item["details"])
    demand(isinstance(details, dict), "leaf_details")
    for name, value in leaf["ids"].items():
        demand(name not in details or details[name] == value, "leaf_mismatch")
    demand(_has(details, DETAILS.get(leaf["type"], {})), "leaf_details")
    return Leaf(item["index"], leaf["type"], leaf["time"], leaf["ids"], details)


def verify_leaves(items: list, checkpoint) -> list:
    leaves, latest = [], 0
    for item in items:
        leaf = _verify_leaf(item, checkpoint)
        moment = milliseconds(leaf.time)
        demand(not leaves or leaf.index > leaves[-1].index, "leaf_order")
        demand(moment >= latest - LATENESS_MS, "leaf_order")
        latest = max(latest, moment)
        leaves.append(leaf)
    return leaves
