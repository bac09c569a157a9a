"""Section 8: what each kind of directory entry demands, and its effect; those about people are in people.py.

Each function verifies one entry against the directory as it stands, and returns its verified
countersignatures with the effect, to be called with the size from which it stands.
"""
from assertion import Key
from countersigned import Entering, verify_countersignature
from ends import end_authenticators, end_recovery
from refusal import demand
from requirement import verify_requirement
from spans import Party, Span
from subject import is_grave
from verifierkey import read_verifier_key
from voucher import HOURS_48, verify_host_voucher, verify_key_voucher, verify_second_voucher

DEMONSTRATION_AAGUID = "c0de51a7-0000-4000-8000-64656d6f6b65"


def _entering(subject: dict) -> Entering:
    credential = subject["credential"]
    demonstration = subject["demonstration"] or credential["aaguid"] == DEMONSTRATION_AAGUID
    key = Key(
        subject["person"]["id"], subject["authenticator"], credential["id"], credential["alg"],
        credential["publicKey"], credential["backupEligible"], demonstration, None, None, subject["rpId"], None,
        subject["attestation"]["root"],
    )
    return Entering(key, subject["rpId"], tuple(subject["origins"]))


def _check_ledger_key(text: str, instance: str) -> None:
    key = read_verifier_key(text)
    demand(key is not None and key.name == "countersign/" + instance, "key_invalid")


def demand_known_by_name(directory, person: dict) -> None:
    demand(person["id"] not in directory.gone, "directory_person")
    demand(directory.persons.get(person["id"], person["name"]) == person["name"], "directory_person")


def demand_known(directory, person: str) -> None:
    demand(person not in directory.gone, "directory_person")
    demand(person in directory.persons, "directory_target")


def genesis(directory, subject, digest, signed, moment):
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


def registration(directory, subject, digest, signed, moment):
    size, person = directory.size, subject["person"]["id"]
    entering = _entering(subject)
    demand((entering.rp_id, entering.origins) == directory.newest_site(size).value, "directory_relying_party")
    demand_known_by_name(directory, subject["person"])
    key = entering.key
    demand(key.authenticator not in directory.apps, "directory_duplicate")
    for other in directory.keys.values():
        fresh = other.authenticator != key.authenticator and other.public != key.public
        demand(fresh and other.credential != key.credential, "directory_duplicate")
    demand(len(signed) in (2, 3), "directory_signers")
    possession = verify_countersignature(signed[0], digest, directory, size, {"possession"}, entering)
    voucher = verify_countersignature(signed[1], digest, directory, size, {"voucher"}, None, ("webauthn", "host"))

    by_host = voucher.type == "host"
    if by_host:
        by_other, replaces, by_two = True, True, False
        demonstration = verify_host_voucher(directory, subject, voucher)
    else:
        by_other, replaces, by_two, demonstration = verify_key_voucher(directory, subject, voucher, moment, for_app=False)
    demand(by_two == (len(signed) == 3), "directory_signers")
    vouchers = [voucher]
    if by_two:
        second = verify_countersignature(signed[2], digest, directory, size, {"voucher"})
        vouchers.append(second)
        by_second = verify_second_voucher(directory, person, voucher, second, moment)
        demonstration = demonstration or by_second or second.demonstration
    demonstration = key.demonstration or voucher.demonstration or demonstration
    had_any = any(other.person == person for other in directory.keys.values())
    had_any = had_any or any(app.value == (person,) for app in directory.apps.values())
    probation = moment + HOURS_48 if by_host or had_any else None

    def effect(at):
        if replaces:
            end_authenticators(directory, at, person)
        if by_other:
            end_recovery(directory, at, person)
        if by_host:
            directory.host_recoveries.append(at)
        directory.keys[key.credential] = key._replace(from_=at, demonstration=demonstration, probation=probation)
        directory.persons[person] = subject["person"]["name"]

    return [possession, *vouchers], effect


def consent(directory, subject, digest, signed, moment):
    """(verified, whether that rests on a demonstration), for the kinds that a policy governs."""
    size = directory.size
    verified = [
        verify_countersignature(one, digest, directory, size, {"self", "approver"})._replace(moment=moment)
        for one in signed
    ]
    required, requester = subject["policy"]["requirement"], subject["requester"]
    return verified, verify_requirement(required, requester, "", verified, directory, is_grave(subject))


def demand_owner(directory, verified, enough=False) -> bool:
    """True if the authority that was met rests on a demonstration."""
    owners = [span for span in (directory.role_throughout(one, "owner", "") for one in verified) if span]
    demand(owners or enough, "directory_authority")
    return any(span.demonstration for span in owners)


def demand_ownership(directory, verified) -> bool:
    """The same, of two owners once two have a key."""
    demonstration = demand_owner(directory, verified)
    size = directory.size
    owners = {directory.human(one.person, size) for one in verified if directory.role_throughout(one, "owner", "")}
    demand(len(owners) >= min(2, directory.count_owners(size)), "directory_authority")
    return demonstration


def revocation(directory, subject, digest, signed, moment):
    person, credential, id_ = subject["person"], subject["credential"], subject["authenticator"]
    if credential == "":
        app = directory.apps.get(id_)
        demand(app and app.holds(directory.size) and app.value == (person,), "directory_target")
    else:
        key = directory.keys.get(credential)
        demand(key is not None and directory.key_holds(key, directory.size), "directory_target")
        demand((key.person, key.authenticator) == (person, id_), "directory_target")
    verified, _ = consent(directory, subject, digest, signed, moment)
    demand_owner(directory, verified, any(one.person == person for one in verified))

    def effect(size):
        if credential == "":
            app.until = size
        else:
            directory.keys[credential] = key._replace(until=size)

    return verified, effect


def role(directory, subject, digest, signed, moment):
    demand_known_by_name(directory, subject["person"])
    person, given = subject["person"]["id"], (subject["role"], subject["scope"])
    value = (person, *given)
    held = next((span for span in directory.roles if span.value == value and span.holds(directory.size)), None)
    demand((held is not None) == (subject["change"] == "remove"), "directory_target")
    of_owner = given == ("owner", "")
    demand(held is None or not of_owner or directory.other_owner_with_key(person), "directory_target")
    verified, demonstration = consent(directory, subject, digest, signed, moment)
    spans = [span for span in (directory.authority(one, person, given) for one in verified) if span]
    demand(spans, "directory_authority")
    demonstration = (of_owner and demand_ownership(directory, verified)) or demonstration
    demonstration = demonstration or any(span.demonstration for span in spans)

    def effect(size):
        if held:
            held.until = size
        else:
            directory.roles.append(Span(value, demonstration, size))
        directory.persons[person] = subject["person"]["name"]

    return verified, effect


def ledger_key(directory, subject, digest, signed, moment):
    _check_ledger_key(subject["key"], subject["instance"])
    current = directory.ledger_key_at(directory.size)
    demand(current.value == (subject["previous"],), "directory_target")
    demand(all(span.value != (subject["key"],) for span in directory.ledger_keys), "directory_target")
    verified, demonstration = consent(directory, subject, digest, signed, moment)
    demonstration = demand_ownership(directory, verified) or demonstration or current.demonstration

    def effect(size):
        current.until = size
        directory.ledger_keys.append(Span((subject["key"],), demonstration, size))

    return verified, effect


def relying_party(directory, subject, digest, signed, moment):
    size, value, adds = directory.size, (subject["rpId"], tuple(subject["origins"])), subject["change"] == "add"
    held = directory.site_at(subject["rpId"], size)
    demand((held is not None and held.value == value) != adds, "directory_target")
    if not adds:
        others = {site.rp_id for site in directory.sites_at(size) if site is not held}
        demand(others, "directory_target")
        demand(any(
            directory.role_at(key.person, "owner", "", size) and directory.key_holds(key, size) and key.rp_id in others
            for key in directory.keys.values()
        ), "directory_target")
    before = [site for site in (held, directory.newest_site(size)) if site]
    verified, demonstration = consent(directory, subject, digest, signed, moment)
    demonstration = demand_ownership(directory, verified) or demonstration or any(site.demonstration for site in before)

    def effect(at):
        if held:
            held.until = at
        if adds:
            directory.parties.append(Party(value, demonstration, at))

    return verified, effect


ENTER = {
    "genesis": genesis,
    "registration": registration,
    "revocation": revocation,
    "role": role,
    "ledger-key": ledger_key,
    "relying-party": relying_party,
}
