"""Section 11.3: each countersignature was recorded, within its window and under a key that held."""
from collections import namedtuple

from countersigned import countersignature_digest, demand_still_holds
from forms import milliseconds
from refusal import demand

Record = namedtuple("Record", "leaf signed")  # `signed` is Verified, with the `until` and the moment of the record


def _number_before(times: list, moment: str) -> int:
    return sum(time < moment for time in times)


def verify_records(digest: str, signed: list, verified: list, leaves: list, directory) -> list:
    found = [leaf for leaf in leaves if leaf.type == "gate.countersigned"]
    demand(all(leaf.details["subjectDigest"] == digest for leaf in found), "leaf_mismatch")
    records = []
    for raw, one in zip(signed, verified):
        wanted = countersignature_digest(raw)
        mine = [leaf for leaf in found if leaf.details["countersignatureDigest"] == wanted]
        demand(mine, "leaf_missing")
        demand(len(mine) == 1, "leaf_repeated")
        leaf, envelope = mine[0], one.envelope
        demand(leaf.ids.get("person", one.person) == one.person, "leaf_mismatch")
        demand(envelope["notBefore"] <= leaf.time <= envelope["expires"], "envelope_window")
        demand(leaf.index >= envelope["checkpoint"]["size"], "envelope_checkpoint")
        until = max(one.at, _number_before(directory.times, leaf.time))
        demand_still_holds(one, directory, until)
        records.append(Record(leaf, one._replace(until=until, moment=milliseconds(leaf.time))))
    demand(len(found) == len(signed), "leaf_mismatch")
    return records
