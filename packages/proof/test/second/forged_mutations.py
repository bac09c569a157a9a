"""Random changes of a forger's model, each aimed at one part of the specification."""
import copy

from mutations import change_something, later, scalars


def _all_signed(model) -> list:
    return model["signed"] + [one for entry in model["directory"] for one in entry["signed"]]


def _fresh(rng, signed: list) -> list:
    signed = copy.deepcopy(signed)
    for one in signed:
        one["envelope"]["nonce"] = "".join(rng.choice("ABCDEFGHabcdefgh0123456789-_") for _ in range(42)) + "A"
    return signed


def _touches(model) -> list:
    return [one for one in _all_signed(model) if "word" not in one]


def _enrolments(model) -> list:
    return [entry["subject"] for entry in model["directory"] if isinstance(entry["subject"].get("credential"), dict)]


def _governed(model) -> list:
    return [model["subject"]] + [entry["subject"] for entry in model["directory"] if "requester" in entry["subject"]]


def requirement(rng, model):
    approvals = rng.choice([0, 0, 1, 1, 2, 3])
    rng.choice(_governed(model)[: rng.choice([1, 99])])["policy"]["requirement"].update(
        approvals=approvals, approverRole=rng.choice(["owner", "approver", "auditor"]) if approvals else "",
        selfStepUp=rng.random() < 0.5, excludeRequester=rng.random() < 0.5,
        freshSeconds=rng.choice([1, 5, 10, 11, 60, 3600]), assurance=rng.choice(["aal1", "aal2", "aal2", "aal3"]),
    )


def signer(rng, model):
    """Somebody else signs, with a key of their own."""
    touches = _touches(model)
    one, key = rng.choice(touches[: rng.choice([len(model["signed"]) or 1, 99])]), rng.choice(_enrolments(model))
    one["credential"], one["alg"] = key["credential"]["id"], key["credential"]["alg"]
    one["envelope"]["person"] = key["person"]["id"]
    one["flags"] = one["flags"] & ~0x18 | (0x08 if key["credential"]["backupEligible"] else 0)


def another_signature(rng, model):
    """One more countersignature, recorded or not."""
    if rng.random() < 0.3:
        target = rng.choice(model["directory"])["signed"]
        target += _fresh(rng, [rng.choice(_all_signed(model))])
        return
    model["signed"] += _fresh(rng, [rng.choice(model["signed"] or _all_signed(model))])
    records = [leaf for leaf in model["leaves"] if leaf["leaf"]["type"] == "gate.countersigned"]
    if records and rng.random() < 0.8:
        insert_leaf(rng, model, records[-1], len(model["signed"]) - 1)


def insert_leaf(rng, model, source, number=None):
    """A copy of a leaf, just behind it; everything later moves on."""
    copied = copy.deepcopy(source)
    copied["index"] += 1
    if number is not None:
        copied["details"]["countersignatureDigest"] = number
        copied["leaf"]["ids"].pop("person", None)
    for leaf in model["leaves"]:
        leaf["index"] += leaf["index"] >= copied["index"]
    model["leaves"].append(copied)
    model["leaves"].sort(key=lambda leaf: leaf["index"])
    model["size"] += 1


def copied_leaf(rng, model):
    insert_leaf(rng, model, rng.choice(model["leaves"]))


def envelope_role(rng, model):
    rng.choice(_all_signed(model))["envelope"]["role"] = rng.choice(["self", "approver", "voucher", "possession", "genesis"])


def requester(rng, model):
    people = [value for _, value in scalars(model) if isinstance(value, str) and value.startswith("usr_")]
    rng.choice(_governed(model))["requester"] = rng.choice(people)


def sizes(rng, model):
    envelope = rng.choice(_all_signed(model)[: rng.choice([len(model["signed"]) or 1, 99])])["envelope"]
    if rng.random() < 0.7:
        envelope["directory"]["size"] = rng.randrange(len(model["directory"]) + 2)
    else:
        envelope["checkpoint"]["size"] = rng.randrange(model["size"] + 2)
        model["consistency"].append(envelope["checkpoint"]["size"])


def times(rng, model):
    holders = [entry for entry in model["directory"]] + [leaf["leaf"] for leaf in model["leaves"]] * 2
    holders += [one["envelope"] for one in _all_signed(model)]
    holder = rng.choice(holders)
    clock = [value for _, value in scalars(model) if isinstance(value, str) and value[10:11] == "T" and value[-1:] == "Z"]
    member = rng.choice([name for name in ("time", "notBefore", "expires") if name in holder])
    moment = rng.choice(clock)
    holder[member] = moment if rng.random() < 0.6 else moment[:20] + f"{rng.randrange(1000):03d}Z"


def demonstration(rng, model):
    enrolment = rng.choice(_enrolments(model))
    if rng.random() < 0.5:
        enrolment["demonstration"] = not enrolment["demonstration"]
    else:
        enrolment["credential"]["aaguid"] = "c0de51a7-0000-4000-8000-64656d6f6b65"


def _insert_entry(rng, model, make):
    """An entry that somebody who governs could have made, at any place behind genesis."""
    governed = [entry for entry in model["directory"] if "requester" in entry["subject"]]
    if not governed:
        return
    at = rng.randrange(1, len(model["directory"]) + 1)
    source = copy.deepcopy(rng.choice(governed))
    common = {name: source["subject"][name] for name in ("v", "instance", "org", "requester", "policy")}
    source["subject"] = {**common, **make()}
    source["time"] = model["directory"][at - 1]["time"]
    source["signed"] = _fresh(rng, source["signed"])
    for one in source["signed"]:
        one["envelope"]["directory"]["size"] = rng.choice([at, at, rng.randrange(at + 1)])
        one["envelope"]["notBefore"] = source["time"]
        one["envelope"]["expires"] = "2027-01-01T00:00:00.000Z"
    model["directory"].insert(at, source)
    if rng.random() < 0.6:
        for one in model["signed"]:
            one["envelope"]["directory"]["size"] = len(model["directory"])


def grant(rng, model):
    workspace = model["subject"].get("workspace", {}).get("name", "acme/payments")
    _insert_entry(rng, model, lambda: {
        "kind": "role", "action": "member.change", "request": "req_" + "6" * 32, "person": rng.choice(_enrolments(model))["person"],
        "role": rng.choice(["owner", "approver", "approver", "auditor"]), "change": rng.choice(["grant", "grant", "remove"]),
        "scope": rng.choice(["", workspace, workspace.split("/")[0], "other"]),
    })


def revoke(rng, model):
    def make():
        enrolment = rng.choice(_enrolments(model))
        return {
            "kind": "revocation", "action": "authenticator.change", "request": "req_" + "5" * 32, "person": enrolment["person"]["id"],
            "authenticator": enrolment["authenticator"], "credential": enrolment["credential"]["id"], "reason": "lost",
        }

    _insert_entry(rng, model, make)


def _person(rng, model):
    return rng.choice(_enrolments(model))["person"]


def people(rng, model):
    """A removal, a recovery, a veto, a link, by whoever could have signed."""
    def make():
        person = _person(rng, model)["id"]
        return rng.choice([
            {"kind": "removal", "action": "member.remove", "request": "req_" + "7" * 32, "person": person},
            {"kind": "recovery", "action": "member.recover", "request": "req_" + "7" * 32, "person": person,
             "change": rng.choice(["start", "start", "veto"])},
            {"kind": "link", "action": "member.link", "request": "req_" + "7" * 32, "person": person,
             "same": _person(rng, model)["id"]},
        ])

    _insert_entry(rng, model, make)


def manager(rng, model):
    _insert_entry(rng, model, lambda: {
        "kind": "role", "action": "member.change", "request": "req_" + "8" * 32, "person": _person(rng, model),
        "role": rng.choice(["manager", "manager", "owner"]), "change": "grant",
        "scope": rng.choice(["", "payments", "payments", "network"]),
    })


def site(rng, model):
    _insert_entry(rng, model, lambda: {
        "kind": "relying-party", "action": "relying-party.change", "request": "req_" + "9" * 32,
        "change": rng.choice(["add", "add", "retire"]), "rpId": rng.choice(["countersign.test", "countersign.example"]),
        "origins": rng.choice([["https://countersign.test"], ["https://countersign.example"]]),
    })


def probation(rng, model):
    """Everything from an entry on happens so much later; or a registration becomes one of a person who had a key."""
    if rng.random() < 0.4:
        registrations = [subject for subject in _enrolments(model) if subject["kind"] == "registration"]
        subject = rng.choice(registrations)
        person = _person(rng, model)
        subject["person"] = person
        for entry in model["directory"]:
            if entry["subject"] is subject and entry["signed"]:
                entry["signed"][0]["envelope"]["person"] = person["id"]
        return
    hours = rng.choice([-48, -47, 1, 47, 48, 49, 719, 720, 721])
    since = rng.choice(model["directory"])["time"]
    holders = [entry for entry in model["directory"]] + [leaf["leaf"] for leaf in model["leaves"]]
    holders += [one["envelope"] for one in _all_signed(model)]
    for holder in holders:
        for member in ("time", "notBefore", "expires"):
            if holder.get(member, "") >= since:
                holder[member] = later(holder[member], hours)


def word(rng, model):
    """The server's word in place of a touch, or another one of it."""
    apps = [entry["subject"] for entry in model["directory"] if entry["subject"].get("kind") == "totp"]
    signed = rng.choice([model["signed"], model["signed"], _all_signed(model)])
    at = rng.randrange(len(signed))
    one = signed[at]
    if "word" in one:
        one["back"] = rng.choice([0, 1])
        one["word"] = rng.choice(["totp", "totp", "host"])
        return
    app = rng.choice(apps) if apps else {"authenticator": "aut_" + "1" * 32, "person": {"id": one["envelope"]["person"]}}
    if rng.random() < 0.5:
        one["envelope"]["person"] = app["person"]["id"]
    new = {"envelope": one["envelope"], "word": rng.choice(["totp", "totp", "host"]), "authenticator": app["authenticator"], "back": 0}
    one.clear()
    one.update(new)


def risk(rng, model):
    """What a key on probation and a word may be worth something for."""
    model["subject"]["risk"]["level"] = rng.choice(["none", "low", "medium", "high", "critical"])
    model["subject"]["policy"]["requirement"]["phishingResistant"] = rng.random() < 0.3


def attested(rng, model):
    """Hardware keys are demanded, and some are."""
    roots = ["", "a" * 64, "b" * 64]
    model["subject"]["policy"]["requirement"]["assurance"] = rng.choice(["aal2", "aal3", "aal3"])
    for entry in model["directory"]:
        if "attestation" in entry["subject"] and rng.random() < 0.7:
            entry["subject"]["attestation"]["root"] = rng.choice(roots)
        if "policy" in entry["subject"] and isinstance(entry["subject"]["policy"], dict) and rng.random() < 0.2:
            entry["subject"]["policy"]["requirement"]["assurance"] = "aal3"
    if model["trust"]:
        model["trust"]["attestationRoots"] = rng.choice([[], ["a" * 64], ["a" * 64, "b" * 64], ["b" * 64], model["trust"]["attestationRoots"]])


def lets_pass(rng, model):
    model["subject"]["policy"]["requirement"].update(selfStepUp=False, approvals=0, approverRole="")
    for leaf in model["leaves"]:
        if leaf["leaf"]["type"] == "gate.decided" and rng.random() < 0.9:
            leaf["details"]["decision"] = "allow"
    if rng.random() < 0.8:
        model["signed"] = []
        model["leaves"] = [leaf for leaf in model["leaves"] if leaf["leaf"]["type"] != "gate.countersigned"]


def about_state(rng, model):
    """What is asked of a state is another thing, or of another version."""
    subject = model["subject"]
    if subject["kind"] != "state":
        return
    none = {"version": 0, "lineage": "", "serial": 0, "digest": ""}
    some = {"version": 3, "lineage": "x", "serial": 2, "digest": "ab" * 32}
    if rng.random() < 0.6:
        what = "credential plan write read read-redacted read-outputs import rollback delete restore accept discard force-unlock"
        subject["action"] = "state." + rng.choice(what.split())
        for leaf in model["leaves"]:
            if leaf["leaf"]["type"] == "gate.decided":
                leaf["details"]["action"] = subject["action"]
    if rng.random() < 0.7:
        subject["whole"] = rng.random() < 0.3
        subject["target"] = rng.choice([none, none, some, {**some, "version": 0}])
        subject["phase"] = "plan" if subject["action"] == "state.credential" else rng.choice(["", "", "", "apply"])
        empty = {"digest": "", "operation": "", "who": "", "info": ""}
        subject["lock"] = rng.choice([empty, {**empty, "digest": "cd" * 32, "who": "x"}])
    if rng.random() < 0.3:
        subject["executor"] = rng.choice(["", "stc_" + "1" * 32, "stc_" + "A" * 39, "stc_" + "A" * 38])
        for leaf in model["leaves"]:
            if leaf["leaf"]["type"] == "gate.granted":
                leaf["details"]["executor"] = subject["executor"]
    if rng.random() < 0.3:
        name = rng.choice(["a/b", "a/b/c", "a", "a/..", "a//b", "a/\u202e", "a/\u00e9", "a/" + chr(rng.randrange(1, 0x30000)), "a/b\\c"])
        subject["workspace"]["name"] = name


def records_of_state(rng, model):
    model["outcome"] = rng.choice(["none", "started", "applied", "failed", "unknown"])
    used = [leaf for leaf in model["leaves"] if leaf["leaf"]["type"] in ("gate.redeemed", "gate.granted")]
    if model["subject"]["kind"] != "state" or not used:
        return
    insert_leaf(rng, model, rng.choice(used))
    for leaf in model["leaves"]:
        if leaf["index"] == max(one["index"] for one in used) + 1 or rng.random() < 0.1:
            leaf["leaf"]["type"] = rng.choice(["state.refused", "state.head.rollback", "gate.redeemed", "statement"])
            if rng.random() < 0.2:
                leaf["leaf"]["ids"]["ref"] = "sta_" + "7" * 32


def entries(rng, model):
    directory = model["directory"]
    at, how = rng.randrange(len(directory)), rng.randrange(3)
    if how == 0 and len(directory) > 1:
        del directory[at]
    elif how == 1:
        copied = copy.deepcopy(directory[at])
        copied["signed"] = _fresh(rng, copied["signed"])
        directory.insert(rng.randrange(len(directory) + 1), copied)
    else:
        directory[at]["signed"] = directory[at]["signed"][::-1]


def anything(rng, model):
    part = rng.choice(["subject", "signed", "directory", "directory", "leaves", "leaves", "trust"])
    if model[part]:
        change_something(rng, model[part])


def trust(rng, model):
    model["trust"] = None if rng.random() < 0.5 else model["trust"] and {**model["trust"], "demonstration": True}


def ledger(rng, model):
    how = rng.randrange(4)
    if how == 0:
        model["signers"] = rng.choice([[1], [0, 1], [0, 0], []])
    elif how == 1:
        model["size"] = max(1, model["size"] + rng.choice([-1, 1, 5]))
    elif how == 2:
        model["consistency"].append(rng.randrange(model["size"] + 2))
    else:
        model["consistency"] = model["consistency"][1:]


def outcome(rng, model):
    model["outcome"] = rng.choice(["none", "started", "applied", "failed", "unknown"])
    if rng.random() < 0.5 and model["leaves"]:
        del model["leaves"][rng.randrange(len(model["leaves"]))]


CHANGES = [
    about_state, about_state, records_of_state,
    people, people, attested, attested, manager, site, probation, probation, word, word, risk, risk, lets_pass,
    requirement, requirement, signer, signer, another_signature, copied_leaf, envelope_role, requester, sizes, sizes,
    times, times, demonstration, grant, grant, revoke, revoke, entries, anything, anything, anything, trust, ledger, outcome,
]
