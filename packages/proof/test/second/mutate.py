"""mutate.py SEED COUNT: random mutations of the good bundles, and what this verifier says of them.

A JSON line {"case", "bundle", "trust", "verdict", "code"} each; `bundle` and `trust` are texts (trust
perhaps null). Of ten cases one changes characters, three change fields, and six are sealed again with a
forger's own keys. The same seed gives the same cases.
"""
import copy
import json
import random
import sys

import edits
from evidence import verify
from forge import open_, seal
from forged_mutations import CHANGES
from mutations import change_nested, text_mutation
from run_vectors import bases


def _forged(rng, base):
    """None if what came out has no form to be sealed in."""
    model = open_(base)
    names = []
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        change = rng.choice(CHANGES)
        names.append(change.__name__)
        try:
            change(rng, model)
        except (KeyError, TypeError, IndexError, ValueError, AttributeError):
            pass
    try:
        return ", ".join(names), edits.texts(seal(model))
    except Exception:  # noqa: BLE001: a model broken past sealing is no case
        return None


def _case(rng, base):
    kind = rng.randrange(10)
    if kind == 0:
        bundle, trust = edits.texts(base)
        if trust is not None and rng.random() < 0.2:
            return "characters of the trust file", (bundle, text_mutation(rng, trust))
        plain = json.dumps(base["bundle"], ensure_ascii=False)
        return "characters", (text_mutation(rng, plain), trust)
    if kind < 4:
        document = {"bundle": copy.deepcopy(base["bundle"]), "trust": copy.deepcopy(base["trust"])}
        part = "trust" if document["trust"] and rng.random() < 0.1 else "bundle"
        change_nested(rng, document[part])
        return f"fields of the {part}", edits.texts(document)
    return _forged(rng, base)


def mutations(seed: int, count: int):
    rng, all_bases, made = random.Random(seed), bases(), 0
    while made < count:
        name = rng.choice(sorted(all_bases) + ["approved", "history", "history", "policy", "policy", "state", "state", "state-write", "state-refused", "state-allowed", "team", "team", "people", "people", "attested", "recovered", "hardware"])
        case = _case(rng, all_bases[name])
        if case is not None:
            made += 1
            what, (bundle, trust) = case
            yield f"{seed}/{made} {name}: {what}", bundle, trust


def main() -> None:
    for case, bundle, trust in mutations(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps({"case": case, "bundle": bundle, "trust": trust, **verify(bundle, trust)}))


if __name__ == "__main__":
    main()
