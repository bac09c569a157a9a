"""Section 8: who lets a key or an authenticator app in."""
from refusal import demand
from requirement import on_probation

HOURS_48 = 172800000


def verify_key_voucher(directory, subject, one, moment: int, for_app: bool):
    """(whether somebody else vouched, whether what the person had is replaced, whether it takes two, whether it rests on a demonstration)."""
    person, size = subject["person"]["id"], directory.size
    demand(one.type == "webauthn", "directory_voucher")
    named = {"person": one.key.person, "credential": one.key.credential}
    demand(subject["voucher"] == named, "directory_voucher")
    demand(not on_probation(one.key, moment), "signer_on_probation")
    if one.key.person == person:
        return False, False, False, False
    span = directory.authority(one, person)
    demand(span, "directory_voucher")
    has_key = directory.person_has_key(person, size)
    by_two = bool(directory.role_at(person, "owner", "", size)) and directory.count_owners(size, person) > 1
    demand(not (for_app and (has_key or by_two)), "directory_voucher")
    replaces = not for_app and (has_key or directory.person_has_app(person, size))
    demonstration = span.demonstration
    if replaces:
        recovery = directory.open_recovery(person, moment)
        demand(recovery, "directory_recovery")
        demand(moment - recovery.began >= HOURS_48, "directory_recovery")
        demonstration = demonstration or recovery.demonstration
    return True, replaces, by_two, demonstration


def verify_second_voucher(directory, person: str, first, one, moment: int) -> bool:
    """Whether it rests on a demonstration, beside the countersignature itself."""
    demand(not on_probation(one.key, moment), "signer_on_probation")
    span = directory.authority(one, person)
    humans = {directory.human(id_, directory.size) for id_ in (person, first.person, one.person)}
    demand(span and len(humans) == 3, "directory_voucher")
    return span.demonstration


def verify_host_voucher(directory, subject, one) -> bool:
    """Whether the role of the owner rests on a demonstration."""
    person = subject["person"]["id"]
    demand(subject["voucher"] == {"person": person, "credential": ""} and one.person == person, "directory_voucher")
    owner = directory.role_at(person, "owner", "", directory.size)
    demand(owner and not directory.other_owner_with_key(person), "directory_voucher")
    return owner.demonstration
