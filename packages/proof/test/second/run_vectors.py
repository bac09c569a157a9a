"""run_vectors.py: every vector, a JSON line {"case", "verdict", "code"} each, and then a summary.

Every distinct signature is verified by the `openssl` command too, whether it holds or not.
"""
import json
import os
import sys
import time

import edits
import openssl
from evidence import verify
from primitives import primitives

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")


def _load(*path: str):
    with open(os.path.join(VECTORS, *path), encoding="utf-8") as file:
        return json.load(file)


def bases() -> dict:
    return {name[:-5]: _load("bases", name) for name in sorted(os.listdir(os.path.join(VECTORS, "bases")))}


def cases():
    """(name, document, expected) of every bundle."""
    good = bases()
    for name, base in good.items():
        yield f"bases/{name}", base, base["expect"]
    for folder in ("fields", "attacks"):
        for file in sorted(os.listdir(os.path.join(VECTORS, folder))):
            group = _load(folder, file)
            for case in group["cases"]:
                document = edits.apply(good[group["base"]], case["edits"])
                yield f"{folder}/{file[:-5]}: {case['name']}", document, case["expect"]


def main() -> int:
    began, count, wrong = time.time(), 0, []
    for name, document, expected in cases():
        answer = verify(*edits.texts(document))
        print(json.dumps({"case": name, **answer}))
        count += 1
        if answer != expected:
            wrong.append({"case": name, "expected": expected, "got": answer})
    for name, holds in primitives(_load("primitives.json")):
        print(json.dumps({"case": f"primitives: {name}", "verdict": "HOLDS" if holds else "FAILS", "code": ""}))
        count += 1
        if not holds:
            wrong.append({"case": f"primitives: {name}", "expected": "HOLDS", "got": "FAILS"})
    verified = time.time()
    checked, others = openssl.disagreements()
    print(json.dumps({
        "summary": True, "cases": count, "disagreements": wrong, "signatures": checked,
        "opensslDisagrees": len(others), "seconds": round(verified - began, 2),
        "opensslSeconds": round(time.time() - verified, 2),
    }))
    return 1 if wrong or others else 0


if __name__ == "__main__":
    sys.exit(main())
