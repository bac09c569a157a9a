"""verify.py EVIDENCE [--trust FILE] [--openssl]: prints {"verdict", "code"}; exits 0 unless it is INVALID."""
import argparse
import json
import sys

import openssl
from evidence import verify


def _read(path: str) -> str:
    """What is not UTF-8 is no JSON: a byte order mark stands in for it, which every reader refuses."""
    with open(path, "rb") as file:
        try:
            return file.read().decode("utf-8")
        except UnicodeDecodeError:
            return "\ufeff"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("evidence")
    parser.add_argument("--trust")
    parser.add_argument("--openssl", action="store_true", help="verify every signature with the openssl command too")
    arguments = parser.parse_args()
    answer = verify(_read(arguments.evidence), _read(arguments.trust) if arguments.trust else None)
    if arguments.openssl:
        checked, others = openssl.disagreements()
        print(f"openssl: {checked} signatures, {len(others)} disagreements", file=sys.stderr)
        if others:
            return 2
    print(json.dumps(answer))
    return 1 if answer["verdict"] == "INVALID" else 0


if __name__ == "__main__":
    sys.exit(main())
