"""Section 3: what is signed. Canonical text of one of thirteen shapes."""
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

executor = lambda value: value == "" or b64(32)(value) or identifier("stc")(value)

_UNSEEN = (
    (0x00, 0x1F), (0x5C, 0x5C), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xD800, 0xF8FF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF),
    (0xE0000, 0xE0FFF), (0xF0000, 0x10FFFF),
)
_project = pattern("[A-Za-z0-9._-]{1,64}")


def _state_workspace(value) -> bool:
    if not isinstance(value, str) or "/" not in value:
        return False
    project, workspace = value.split("/", 1)
    if not _project(project) or not 1 <= len(workspace) <= 200:
        return False
    if any(low <= ord(character) <= high for character in workspace for low, high in _UNSEEN):
        return False
    return all(part not in ("", ".", "..") for part in value.split("/"))


NO_VERSION = {"version": 0, "lineage": "", "serial": 0, "digest": ""}
version_ref = both(
    shape(version=COUNT, lineage=text(256), serial=COUNT, digest=empty_or(digest)),
    lambda value: value["digest"] != "" or value == NO_VERSION,
)
lock = both(
    shape(digest=empty_or(digest), operation=text(256), who=text(1024), info=text(4096)),
    lambda value: value["digest"] != "" or value["operation"] == value["who"] == value["info"] == "",
)
changes = shape(
    **dict.fromkeys("added changed removed outputs omitted".split(), COUNT),
    addresses=both(
        array(50, shape(address=text(1, 4096), change=one_of("added", "changed", "removed"))), ascending("address")
    ),
)
AT_ONCE = {"state." + what for what in "import rollback delete restore accept discard force-unlock".split()}
ABOUT_A_VERSION = AT_ONCE - {"state.force-unlock"}
LOCKING = {"state.plan", "state.write", "state.force-unlock"}
LIGHTER = {"state.credential", "state.read-redacted", "state.read-outputs"}


def _state_rules(it) -> bool:
    action, whole, target = it["action"], it["whole"], it["target"]
    return (
        (action == "state.credential") == (it["phase"] != "")
        and (not whole or action in ("state.delete", "state.restore"))
        and (not whole or target == NO_VERSION)
        and (whole or (action in ABOUT_A_VERSION) == (target != NO_VERSION))
        and (action == "state.import" or target == NO_VERSION or target["version"] > 0)
        and (action != "state.import" or target["version"] == 0)
        and (it["state"] == NO_VERSION or it["state"]["version"] > 0)
        and (action not in LOCKING or it["lock"]["digest"] != "")
    )


state = shape(
    **COMMON, **ASKED, action=one_of(*sorted(AT_ONCE | LOCKING | LIGHTER | {"state.read"})), request=identifier("sta"),
    executor=executor,
    workspace=shape(name=_state_workspace, environment=text(1, 256), enforcement=one_of("state-gated")),
    source=text(256), phase=one_of("", "plan", "apply"), tier=one_of("", "outputs", "redacted", "full"),
    lasts=integer(0, 31536000), lock=lock, state=version_ref, target=version_ref, whole=boolean, changes=changes,
)

KINDS = {
    "state": both(state, _state_rules),
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
    if subject["kind"] == "state":
        return subject["action"] not in LIGHTER
    return subject["kind"] != "revocation" and not (subject["kind"] == "recovery" and subject["change"] == "veto")


def is_floored(subject: dict) -> bool:
    return subject["kind"] == "state" and subject["action"] in AT_ONCE


def demanded(subject: dict) -> dict:
    """Section 9.1: what is demanded whatever the policy said."""
    required = subject["policy"]["requirement"]
    if not is_floored(subject):
        return required
    return {**required, "selfStepUp": True, "phishingResistant": True, "freshSeconds": min(required["freshSeconds"], 300)}
