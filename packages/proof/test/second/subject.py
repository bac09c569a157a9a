"""Section 3: what is signed. Canonical text of one of twelve shapes."""
from forms import (
    array, b64, boolean, both, digest, identifier, integer, name, one_of, origins, pattern, role, rpid, shape, text,
)
from refusal import demand
from text import parse_canonical, utf16

COUNT = integer(0)


def ascending(member: str):
    def holds(items):
        keys = [utf16(item[member]) for item in items]
        return all(low < high for low, high in zip(keys, keys[1:]))

    return holds


def empty_or(form):
    return lambda value: value == "" or form(value)


def _workspace_name(value) -> bool:
    """With a `/` that is neither its first nor its last character."""
    return "/" in value[1:-1]


requirement = both(
    shape(
        assurance=one_of("aal1", "aal2", "aal3"),
        phishingResistant=boolean,
        freshSeconds=integer(1, 31536000),
        selfStepUp=boolean,
        approvals=integer(0, 16),
        approverRole=empty_or(role),
        excludeRequester=boolean,
    ),
    lambda value: (value["approverRole"] == "") == (value["approvals"] == 0),
)
policy = shape(digest=digest, rule=text(1, 256), requirement=requirement)
person = shape(id=identifier("usr"), name=text(1, 256))
credential_id = b64(1, 1023)
credential = both(
    shape(
        id=credential_id,
        alg=one_of(-7, -257, -8),
        publicKey=b64(1, 2048),
        aaguid=pattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        backupEligible=boolean,
        backedUp=boolean,
        transports=array(16, text(1, 32)),
    ),
    lambda value: value["backupEligible"] or not value["backedUp"],
)

voucher = shape(person=identifier("usr"), credential=empty_or(credential_id))

COMMON = dict(v=one_of(1), instance=name, org=name, kind=text(32))
ENROLMENT = dict(
    person=person,
    authenticator=identifier("aut"),
    label=text(1, 256),
    credential=credential,
    attestation=shape(format=text(1, 64), digest=digest, root=lambda value: value == "" or digest(value)),
    intent=digest,
    rpId=rpid,
    origins=origins,
    demonstration=boolean,
)
ASKED = dict(requester=identifier("usr"), policy=policy)

workspace = shape(
    name=both(text(3, 512), _workspace_name),
    environment=text(1, 256),
    enforcement=one_of("advisory", "state-gated", "credential-gated"),
    backend=shape(type=text(1, 256), cliWorkspace=text(1, 256), location=digest),
)
tree = both(
    shape(digest=empty_or(digest), files=COUNT, bytes=COUNT, bound=boolean),
    lambda value: value["bound"] == (value["digest"] != ""),
)
summary = shape(
    **dict.fromkeys("create update replace delete import_ forget move read outputs".split(), COUNT),
    critical=array(50, shape(address=text(1, 4096), action=text(1, 256), reason=text(4096))),
    criticalOmitted=COUNT,
)
risk = shape(
    level=one_of("none", "low", "medium", "high", "critical"),
    reasons=array(100, shape(code=text(1, 256), address=text(4096), detail=text(4096))),
    reasonsOmitted=COUNT,
)

KINDS = {
    "genesis": shape(**COMMON, **ENROLMENT, ledgerKey=text(1, 512), policy=digest),
    "registration": shape(**COMMON, **ENROLMENT, voucher=voucher),
    "totp": shape(
        **COMMON, action=one_of("authenticator.change"), request=identifier("req"), person=person,
        authenticator=identifier("aut"), label=text(1, 256), voucher=voucher,
    ),
    "revocation": shape(
        **COMMON, **ASKED, action=one_of("authenticator.change"), request=identifier("req"),
        person=identifier("usr"),
        authenticator=identifier("aut"), credential=empty_or(credential_id),
        reason=one_of("removed", "lost", "compromised", "vetoed"),
    ),
    "role": shape(
        **COMMON, **ASKED, action=one_of("member.change"), request=identifier("req"), person=person,
        role=role, scope=text(512),
        change=one_of("grant", "remove"),
    ),
    "removal": shape(
        **COMMON, **ASKED, action=one_of("member.remove"), request=identifier("req"), person=identifier("usr"),
    ),
    "recovery": shape(
        **COMMON, **ASKED, action=one_of("member.recover"), request=identifier("req"), person=identifier("usr"),
        change=one_of("start", "veto"),
    ),
    "link": shape(
        **COMMON, **ASKED, action=one_of("member.link"), request=identifier("req"), person=identifier("usr"),
        same=identifier("usr"),
    ),
    "ledger-key": shape(
        **COMMON, **ASKED, action=one_of("ledger.change"), request=identifier("req"), key=text(1, 512),
        previous=text(1, 512),
    ),
    "relying-party": shape(
        **COMMON, **ASKED, action=one_of("relying-party.change"), request=identifier("req"),
        change=one_of("add", "retire"), rpId=rpid, origins=origins,
    ),
    "policy": shape(
        **COMMON, **ASKED, action=one_of("policy.change"), change=identifier("pol"), from_=digest, to=digest,
        effect=array(1000, text(4096)),
    ),
    "run": shape(
        **COMMON, **ASKED, action=one_of("run.apply"), scope=one_of("apply", "destroy"),
        mode=one_of("wrapped", "native", "agent"), derivation=one_of("client-claimed", "agent-derived"),
        run=identifier("run"), executor=b64(32), workspace=workspace,
        plan=shape(file=digest, json=digest, redactor=text(1, 32)),
        state=shape(lineage=text(256), serial=COUNT, digest=digest),
        engine=shape(name=one_of("terraform", "tofu"), version=text(1, 64), binary=digest),
        providers=both(
            array(1000, shape(address=text(1, 512), version=text(128), digest=digest)), ascending("address")
        ),
        tree=tree, arguments=array(1000, text(4096)),
        variables=both(array(1000, shape(name=text(1, 1024), digest=digest)), ascending("name")),
        commit=text(128), dirty=boolean, summary=summary, risk=risk, unbound=array(1000, text(1, 256)),
    ),
}


def parse_subject(subject: str) -> dict:
    value = parse_canonical(subject)
    kind = value.get("kind") if isinstance(value, dict) else None
    demand(isinstance(kind, str) and kind in KINDS and KINDS[kind](value), "subject_invalid")
    return value


def is_grave(subject: dict) -> bool:
    if subject["kind"] == "run":
        return subject["risk"]["level"] in ("high", "critical")
    return subject["kind"] != "revocation" and not (subject["kind"] == "recovery" and subject["change"] == "veto")
