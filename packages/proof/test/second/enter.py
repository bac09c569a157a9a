"""Section 8: what each kind of directory entry demands, and its effect.

Each function verifies one entry against the directory as it stands, and returns its verified
countersignatures with the effect, to be called with the size from which it stands.
"""
from assertion import Key
from countersigned import Entering, verify_countersignature
from refusal import demand
from requirement import verify_requirement
from spans import Party, Span
from verifierkey import read_verifier_key

DEMONSTRATION_AAGUID = "c0de51a7-0000-4000-8000-64656d6f6b65"


def _entering(subject: dict) -> Entering:
    credential = subject["credential"]
    demonstration = subject["demonstration"] or credential["aaguid"] == DEMONSTRATION_AAGUID
    key = Key(
        subject["person"]["id"], subject["authenticator"], credential["id"], credential["alg"],
        credential["publicKey"], credential["backupEligible"], demonstration, None, None,
    )
    return Entering(key, subject["rpId"], tuple(subject["origins"]))


def _check_ledger_key(text: str, instance: str) -> None:
    key = read_verifier_key(text)
    demand(key is not None and key.name == "countersign/" + instance, "key_invalid")


def _check_person(directory, person: dict) -> None:
    demand(directory.persons.get(person["id"], person["name"]) == person["name"], "directory_person")


def genesis(directory, subject, digest, signed):
    _check_ledger_key(subject["ledgerKey"], subject["instance"])
    demand(len(signed) == 1, "directory_signers")
    entering = _entering(subject)
    verified = verify_countersignature(signed[0], digest, directory, 0, {"genesis"}, entering)
    key, demonstration = entering.key, entering.key.demonstration

    def effect(size):
        directory.keys[key.credential] = key._replace(from_=size)
        directory.persons[key.person] = subject["person"]["name"]
        directory.roles.append(Span((key.person, "owner", ""), demonstration, size))
        directory.ledger_keys.append(Span((subject["ledgerKey"],), demonstration, size))
        directory.parties.append(Party((entering.rp_id, entering.origins), demonstration, size))

    return [verified], effect


def registration(directory, subject, digest, signed):
    size, person = directory.size, subject["person"]["id"]
    entering = _entering(subject)
    party = directory.relying_party_at(size)
    demand((entering.rp_id, entering.origins) == party.value, "directory_relying_party")
    _check_person(directory, subject["person"])
    key = entering.key
    for other in directory.keys.values():
        fresh = other.authenticator != key.authenticator and other.public != key.public
        demand(fresh and other.credential != key.credential, "directory_duplicate")
    demand(len(signed) == 2, "directory_signers")
    possession = verify_countersignature(signed[0], digest, directory, size, {"possession"}, entering)
    voucher = verify_countersignature(signed[1], digest, directory, size, {"voucher"})

    named = {"person": voucher.key.person, "credential": voucher.key.credential}
    demand(subject["voucher"] == named, "directory_voucher")
    demonstration = key.demonstration or voucher.demonstration
    if voucher.person != person:
        demand(not directory.person_has_key(person, size), "directory_voucher")
        owner = directory.role_throughout(voucher, "owner", "")
        demand(owner, "directory_voucher")
        demonstration = demonstration or owner.demonstration

    def effect(at):
        directory.keys[key.credential] = key._replace(from_=at, demonstration=demonstration)
        directory.persons[person] = subject["person"]["name"]

    return [possession, voucher], effect


def _consent(directory, subject, digest, signed, enough=lambda one: False):
    """(verified, whether the entry rests on a demonstration), for the four kinds that a policy governs."""
    size = directory.size
    verified = [
        verify_countersignature(one, digest, directory, size, {"self", "approver"}) for one in signed
    ]
    required = subject["policy"]["requirement"]
    demonstration = verify_requirement(required, subject["requester"], "", verified, directory)
    owners = [span for span in (directory.role_throughout(one, "owner", "") for one in verified) if span]
    demand(owners or any(map(enough, verified)), "directory_authority")
    return verified, demonstration or any(span.demonstration for span in owners)


def revocation(directory, subject, digest, signed):
    key = directory.keys.get(subject["credential"])
    demand(key is not None and directory.key_holds(key, directory.size), "directory_target")
    demand((key.person, key.authenticator) == (subject["person"], subject["authenticator"]), "directory_target")
    verified, _ = _consent(directory, subject, digest, signed, lambda one: one.person == subject["person"])

    def effect(size):
        directory.keys[key.credential] = key._replace(until=size)

    return verified, effect


def role(directory, subject, digest, signed):
    _check_person(directory, subject["person"])
    value = (subject["person"]["id"], subject["role"], subject["scope"])
    held = next((span for span in directory.roles if span.value == value and span.holds(directory.size)), None)
    demand((held is not None) == (subject["change"] == "remove"), "directory_target")
    verified, demonstration = _consent(directory, subject, digest, signed)

    def effect(size):
        if held:
            held.until = size
        else:
            directory.roles.append(Span(value, demonstration, size))
        directory.persons[subject["person"]["id"]] = subject["person"]["name"]

    return verified, effect


def _replaced(spans, current, following):
    """Ends one span and begins the next, which also rests on a demonstration if the one before did."""
    current.until = following.from_
    following.demonstration = following.demonstration or current.demonstration
    spans.append(following)


def ledger_key(directory, subject, digest, signed):
    _check_ledger_key(subject["key"], subject["instance"])
    current = directory.ledger_key_at(directory.size)
    demand(current.value == (subject["previous"],), "directory_target")
    demand(all(span.value != (subject["key"],) for span in directory.ledger_keys), "directory_target")
    verified, demonstration = _consent(directory, subject, digest, signed)
    return verified, lambda size: _replaced(
        directory.ledger_keys, current, Span((subject["key"],), demonstration, size)
    )


def relying_party(directory, subject, digest, signed):
    current = directory.relying_party_at(directory.size)
    verified, demonstration = _consent(directory, subject, digest, signed)
    value = (subject["rpId"], tuple(subject["origins"]))
    return verified, lambda size: _replaced(directory.parties, current, Party(value, demonstration, size))


ENTER = {
    "genesis": genesis,
    "registration": registration,
    "revocation": revocation,
    "role": role,
    "ledger-key": ledger_key,
    "relying-party": relying_party,
}
