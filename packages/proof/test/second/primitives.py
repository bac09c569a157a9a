"""vectors.md, primitives.json: (name, whether it came out as it should) for each part by itself."""
import re

from countersigned import challenge_of, countersignature_digest, subject_digest, word_of
from envelope import parse_envelope
from forms import from_base64url, to_base64url
from merkle import EMPTY_ROOT, consistent, includes, leaf_hash, root
from refusal import Refused
from text import canonical, parse_canonical, sha256, utf8
from verifierkey import read_verifier_key

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def short_code(digest: str) -> str:
    """Section 2: the first 60 bits, as XXXX-XXXX-XXXX."""
    number = int(digest[:15], 16)
    letters = "".join(CROCKFORD[number >> shift & 31] for shift in range(55, -1, -5))
    return "-".join(re.findall("....", letters))


def _is_canonical(text: str) -> bool:
    try:
        parse_canonical(text)
        return True
    except Refused:
        return False


def _digests(given: dict):
    subject, head = given["subject"], given["head"]
    yield "subject", subject_digest(subject["text"]) == subject["digest"]
    yield "code", short_code(subject["digest"]) == subject["code"]
    challenge = given["challenge"]
    computed = challenge_of(parse_envelope(challenge["envelope"]), challenge["subjectDigest"])
    yield "challenge", to_base64url(computed) == challenge["challenge"]
    for item in given["words"]:
        said = word_of(item["word"], bytes.fromhex(item["challenge"]))
        yield f"the word of {item['word']['type']}", said.hex() == item["bytes"]
    intent = given["intent"]
    yield "intent", sha256(b"countersign.intent.v1\n", utf8(canonical(intent["intent"]))).hex() == intent["digest"]
    detail = given["commitment"]
    salt, details = from_base64url(detail["salt"]), utf8(detail["details"])
    yield "commitment", sha256(b"countersign.details.v1\n", salt, details).hex() == detail["commitment"]
    previous, entry = bytes.fromhex(head["previous"]), utf8(head["entry"])
    yield "head", sha256(b"countersign.directory.v1\n", previous, entry).hex() == head["head"]
    signed = given["countersignature"]
    yield "countersignature", countersignature_digest(signed["value"]) == signed["digest"]
    key = given["vkey"]
    read = read_verifier_key(key["vkey"])
    yield "vkey", bool(read) and (read.name, read.public.hex()) == (key["name"], key["publicKey"])


def _tree(tree: dict):
    hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaves"]]
    roots = [bytes.fromhex(root_) for root_ in tree["roots"]]
    yield "roots", [root(hashes[:size]) for size in range(len(hashes) + 1)] == roots
    for item in tree["inclusion"]:
        proof = [bytes.fromhex(hash_) for hash_ in item["proof"]]
        index, size = item["index"], item["size"]
        good = includes(hashes[index], index, size, proof, roots[size])
        bad = includes(hashes[index], index, size, [*proof, roots[1]], roots[size])
        yield f"inclusion {index} of {size}", good and not bad
    for item in tree["consistency"]:
        proof = [bytes.fromhex(hash_) for hash_ in item["proof"]]
        low, high = item["from"], item["to"]
        good = consistent(low, roots[low], high, roots[high], proof)
        bad = consistent(low, roots[low], high, roots[high], [*proof, roots[1]])
        yield f"consistency {low} to {high}", good and not bad


def primitives(given: dict):
    for text in given["canonical"]["accepted"]:
        yield f"canonical {text[:60]}", _is_canonical(text)
    for text in given["canonical"]["refused"]:
        yield f"not canonical {text[:60]}", not _is_canonical(text)
    yield "empty root", given["emptyRoot"] == EMPTY_ROOT
    yield from _digests(given)
    yield from _tree(given["tree"])
