"""Section 8: the kinds that are about people: apps, removals, recoveries, links. As in enter.py."""
from countersigned import verify_countersignature
from ends import end, end_authenticators, end_recovery
from enter import consent, demand_known, demand_known_by_name, demand_owner, demand_ownership
from refusal import demand
from spans import Recovery, Span
from voucher import verify_key_voucher


def totp(directory, subject, digest, signed, moment):
    person, id_ = subject["person"]["id"], subject["authenticator"]
    demand_known_by_name(directory, subject["person"])
    demand(id_ not in directory.apps, "directory_duplicate")
    demand(all(key.authenticator != id_ for key in directory.keys.values()), "directory_duplicate")
    demand(len(signed) == 1, "directory_signers")
    one = verify_countersignature(signed[0], digest, directory, directory.size, {"voucher"})
    _, _, _, demonstration = verify_key_voucher(directory, subject, one, moment, for_app=True)

    def effect(size):
        directory.apps[id_] = Span((person,), one.demonstration or demonstration, size)
        directory.persons[person] = subject["person"]["name"]

    return [one], effect


def removal(directory, subject, digest, signed, moment):
    person, size = subject["person"], directory.size
    demand_known(directory, person)
    owner = directory.role_at(person, "owner", "", size)
    demand(not owner or directory.other_owner_with_key(person), "directory_target")
    verified, _ = consent(directory, subject, digest, signed, moment)
    demand(any(directory.authority(one, person) for one in verified), "directory_authority")
    if owner:
        demand_ownership(directory, verified)

    def effect(at):
        end_authenticators(directory, at, person)
        end(directory.roles, at, lambda span: span.value[0] == person)
        end_recovery(directory, at, person)
        directory.gone.add(person)

    return verified, effect


def recovery(directory, subject, digest, signed, moment):
    person, size, starts = subject["person"], directory.size, subject["change"] == "start"
    demand_known(directory, person)
    demand((directory.open_recovery(person, moment) is None) == starts, "directory_target")
    has_any = directory.person_has_key(person, size) or directory.person_has_app(person, size)
    demand(not starts or has_any, "directory_target")
    verified, demonstration = consent(directory, subject, digest, signed, moment)
    human = directory.human(person, size)
    others = [one for one in verified if not starts or one.person not in human]
    spans = [span for span in (directory.authority(one, person) for one in others) if span]
    themself = not starts and any(one.person in human for one in verified)
    demand(spans or themself, "directory_authority")
    demonstration = demonstration or any(span.demonstration for span in spans)

    def effect(at):
        end_recovery(directory, at, person)
        if starts:
            directory.recoveries.append(Recovery((person,), demonstration, at, None, moment))

    return verified, effect


def link(directory, subject, digest, signed, moment):
    person, same = subject["person"], subject["same"]
    demand_known(directory, person)
    demand_known(directory, same)
    demand(same not in directory.human(person, directory.size), "directory_target")
    verified, demonstration = consent(directory, subject, digest, signed, moment)
    of_owner = any(directory.role_at(id_, "owner", "", directory.size) for id_ in (person, same))
    owned = demand_ownership if of_owner else demand_owner
    demonstration = owned(directory, verified) or demonstration
    return verified, lambda size: directory.links.append(Span((person, same), demonstration, size))


PEOPLE = {"totp": totp, "removal": removal, "recovery": recovery, "link": link}
