"""Section 9: whether verified countersignatures meet what a policy demands."""
from refusal import demand


def verify_requirement(required: dict, requester: str, scope: str, verified: list, directory) -> bool:
    """True if the consent rests on a demonstration."""
    demand(verified, "countersignature_missing")
    demand(required["assurance"] != "aal3", "requirement_assurance")
    selves = [one for one in verified if one.role == "self"]
    approvers = [one for one in verified if one.role == "approver"]
    demand(all(one.person == requester for one in selves), "envelope_role")
    demand(len(selves) <= 1, "requirement_distinct")
    demand(selves or not required["selfStepUp"], "requirement_self_step_up")
    if required["excludeRequester"]:
        demand(all(one.person != requester for one in approvers), "requirement_requester_excluded")
    counted = []
    if required["approvals"] > 0:
        for one in approvers:
            span = directory.role_throughout(one, required["approverRole"], scope)
            demand(span, "requirement_role")
            counted.append(span)
    demand(len({one.person for one in approvers}) == len(approvers), "requirement_distinct")
    demand(len(approvers) >= required["approvals"], "requirement_approvals")
    return any(one.demonstration for one in verified) or any(span.demonstration for span in counted)
