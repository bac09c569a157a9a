"""Section 11.4: what came of the consent. Leaves are ordered by index."""
from refusal import demand


def _of(leaves: list, type_: str) -> list:
    return [leaf for leaf in leaves if leaf.type == type_]


def _at_most_one(leaves: list, type_: str, needed: bool):
    found = _of(leaves, type_)
    demand(found or not needed, "leaf_missing")
    demand(len(found) <= 1, "leaf_repeated")
    return found[0] if found else None


def _created(subject, digest, leaves):
    is_run = subject["kind"] == "run"
    created = _at_most_one(leaves, "run.created", is_run)
    if created:
        ours = is_run and created.details["run"] == subject["run"] and created.details["subjectDigest"] == digest
        demand(ours, "leaf_mismatch")


def _decided(subject, digest, leaves, records):
    ours = [leaf for leaf in _of(leaves, "gate.decided") if leaf.details["subjectDigest"] == digest]
    demand(ours, "leaf_missing")
    wanted = (subject["action"], subject["policy"]["digest"], subject["policy"]["rule"])
    for leaf in ours:
        demand(tuple(leaf.details[name] for name in ("action", "policy", "rule")) == wanted, "leaf_mismatch")
        demand(leaf.details["decision"] != "deny", "leaf_mismatch")
    demand(all(record.leaf.index > ours[0].index for record in records), "leaf_order")


def _granted(subject, digest, leaves, records):
    bound = subject["kind"] != "policy"
    grant = _at_most_one(leaves, "gate.granted", bound)
    if grant:
        demand(grant.details["subjectDigest"] == digest, "leaf_mismatch")
        demand(not bound or grant.details["executor"] == subject["executor"], "leaf_mismatch")
        demand(all(grant.index > record.leaf.index for record in records), "leaf_order")
    return grant


def _started(subject, outcome, leaves, grant):
    started = _at_most_one(leaves, "run.apply-started", outcome != "none")
    if started:
        demand(outcome != "none" and subject["kind"] == "run" and grant, "evidence_outcome")
        wanted = {"run": subject["run"], "grant": grant.details["grant"], "planFile": subject["plan"]["file"]}
        demand(all(started.details[name] == value for name, value in wanted.items()), "leaf_mismatch")
        demand(started.index > grant.index, "leaf_order")
        demand(started.time <= grant.details["expires"], "grant_expired")
    return started


def _reported(subject, outcome, leaves, started):
    reports = _of(leaves, "run.outcome")
    for leaf in reports:
        demand(subject["kind"] == "run" and leaf.details["run"] == subject["run"], "leaf_mismatch")
    if not reports:
        demand(outcome not in ("applied", "failed"), "leaf_missing")
        return
    results = [leaf.details["result"] for leaf in reports]
    demand(results[-1] == outcome and set(results[:-1]) <= {"unknown"}, "evidence_outcome")
    demand(started and reports[0].index > started.index, "leaf_order")


def _of_state(subject, digest, outcome, leaves, grant):
    used = _at_most_one(leaves, "gate.redeemed", False)
    if used:
        demand(used.details["subjectDigest"] == digest, "leaf_mismatch")
        demand(used.details["grant"] == grant.details["grant"], "leaf_mismatch")
        demand(used.index > grant.index, "leaf_order")
        demand(used.time <= grant.details["expires"], "grant_expired")
    started = _at_most_one(leaves, "run.apply-started", False)
    demand(not started, "evidence_outcome")
    demand(not _of(leaves, "run.outcome"), "leaf_mismatch")
    told = [leaf for leaf in leaves if leaf.type.startswith("state.")]
    demand(all(leaf.ids.get("ref") == subject["request"] for leaf in told), "leaf_mismatch")
    demand(all(used and leaf.index > used.index for leaf in told), "leaf_order")
    refused = any(leaf.type == "state.refused" for leaf in told)
    demand(outcome == ("none" if not used else "started" if not told else "failed" if refused else "applied"), "evidence_outcome")
    return used


def verify_effect(subject: dict, digest: str, outcome: str, leaves: list, records: list):
    """The leaf whose time is *used at*, or None (section 11.1, step 12)."""
    _created(subject, digest, leaves)
    _decided(subject, digest, leaves, records)
    grant = _granted(subject, digest, leaves, records)
    if subject["kind"] == "state":
        return _of_state(subject, digest, outcome, leaves, grant) or grant
    started = _started(subject, outcome, leaves, grant)
    _reported(subject, outcome, leaves, started)
    return started or grant
