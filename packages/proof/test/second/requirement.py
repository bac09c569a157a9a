"""Section 9: whether verified countersignatures meet what a policy demands."""
from refusal import demand


def on_probation(key, moment: int) -> bool:
    return key.probation is not None and moment < key.probation


def reaches_aal3(key, roots) -> bool:
    return key.root != "" and not key.backup_eligible and (roots is None or key.root in roots)


def verify_requirement(required: dict, requester: str, scope: str, verified: list, directory, grave: bool, roots=None) -> bool:
    """True if the consent rests on a demonstration. `roots`: those of the trust file, None without one."""
    demand(verified, "countersignature_missing")
    if required["assurance"] == "aal3":
        demand(all(one.type == "webauthn" and reaches_aal3(one.key, roots) for one in verified), "requirement_assurance")
    keys_only = required["phishingResistant"] or grave
    demand(not keys_only or all(one.type == "webauthn" for one in verified), "requirement_phishing_resistant")
    if grave:
        demand(not any(on_probation(one.key, one.moment) for one in verified), "signer_on_probation")

    last = max(one.until for one in verified)
    human = lambda person: directory.human(person, last)
    selves = [one for one in verified if one.role == "self"]
    approvers = [one for one in verified if one.role == "approver"]
    demand(all(human(one.person) == human(requester) for one in selves), "envelope_role")
    demand(len(selves) <= 1, "requirement_distinct")
    demand(selves or not required["selfStepUp"], "requirement_self_step_up")
    if required["excludeRequester"]:
        demand(all(human(one.person) != human(requester) for one in approvers), "requirement_requester_excluded")
    counted = []
    if required["approvals"] > 0:
        for one in approvers:
            span = directory.role_throughout(one, required["approverRole"], scope)
            demand(span, "requirement_role")
            counted.append(span)
    demand(len({human(one.person) for one in approvers}) == len(approvers), "requirement_distinct")
    demand(len(approvers) >= required["approvals"], "requirement_approvals")
    if any(one.person != requester for one in selves):
        counted += [link for link in directory.links if link.holds(last)]
    return any(one.demonstration for one in verified) or any(span.demonstration for span in counted)
