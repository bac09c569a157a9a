"""Section 8: who lets a key or an authenticator app in."""
from refusal import demand
from requirement import on_probation

HOURS_48 = 172800000


def verify_key_voucher(directory, subject, one, moment: int, for_app: bool):
    """(whether somebody else vouched, whether what the person had is replaced, whether it rests on a demonstration)."""
    person, size = subject["person"]["id"], directory.size
    demand(one.type == "webauthn", "directory_voucher")
    named = {"person": one.key.person, "credential": one.key.credential}
    demand(subject["voucher"] == named, "directory_voucher")
    demand(not on_probation(one.key, moment), "signer_on_probation")
    if one.key.person == person:
        return False, False, False
    span = directory.authority(one, person)
    demand(span, "directory_voucher")
    has_key = directory.person_has_key(person, size)
    demand(not (for_app and has_key), "directory_voucher")
    demonstration = span.demonstration
    if has_key:
        recovery = directory.open_recovery(person, moment)
        demand(recovery, "directory_recovery")
        demand(moment - recovery.began >= HOURS_48, "directory_recovery")
        demonstration = demonstration or recovery.demonstration
    return True, has_key, demonstration


def verify_host_voucher(directory, subject, one) -> bool:
    """Whether the role of the owner rests on a demonstration."""
    person = subject["person"]["id"]
    demand(subject["voucher"] == {"person": person, "credential": ""} and one.person == person, "directory_voucher")
    owner = directory.role_at(person, "owner", "", directory.size)
    demand(owner and not directory.other_owner_with_key(person), "directory_voucher")
    return owner.demonstration
