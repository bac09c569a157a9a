"""A good bundle, opened into what can be changed, and sealed again with a forger's own keys.

What a server that is taken over could make: everything that is computed (heads, digests, challenges,
signatures, commitments, roots, proofs, the trust file's anchors) is computed anew after a change, so
that the change reaches the check that is meant to see it. `open_` gives the model; `seal` the document.

In the model a touch is {envelope, credential, alg, flags, client, extra}, and a word of the server
{envelope, word, authenticator}, the ledger key being the newest so far. Both have `head`,
`root` or `challenge` filled in when it is sealed unless the model pins them, and perhaps `sign`, which
signs otherwise, or `clientText`, which changes the client data's bytes. The record of a countersignature
is named by the countersignature's number.
"""
import base64
import copy
import json

import forge_keys
from countersigned import challenge_of, countersignature_digest, subject_digest, word_of
from forms import from_base64url, to_base64url
from merkle import leaf_hash, root
from text import canonical, sha256, utf8

OURS = "(the subject's digest)"


def _open_signed(raw: dict, algs: dict) -> dict:
    if raw["type"] != "webauthn":
        envelope = json.loads(raw["envelope"])
        del envelope["directory"]["head"], envelope["checkpoint"]["root"]
        return {"envelope": envelope, "word": raw["type"], "authenticator": raw.get("authenticator"), "back": 0}
    data = from_base64url(raw["authenticatorData"])
    client = json.loads(from_base64url(raw["clientDataJSON"]))
    envelope = json.loads(raw["envelope"])
    del envelope["directory"]["head"], envelope["checkpoint"]["root"], client["challenge"]
    return {
        "envelope": envelope, "credential": raw["credential"], "alg": algs[raw["credential"]], "flags": data[32],
        "extra": "", "client": client, "rpId": None,
    }


def _open_entry(text: str, algs: dict) -> dict:
    entry = json.loads(text)
    subject = json.loads(entry["subject"])
    if "credential" in subject and isinstance(subject["credential"], dict):
        credential = subject["credential"]
        algs[credential["id"]] = credential["alg"] = -8 if credential["alg"] == -8 else -7
        credential["publicKey"] = None
    signed = [_open_signed(raw, algs) for raw in entry["countersignatures"]]
    return {"time": entry["time"], "subject": subject, "signed": signed}


def open_(document: dict) -> dict:
    bundle, algs = copy.deepcopy(document["bundle"]), {}
    directory = [_open_entry(text, algs) for text in bundle["directory"]]
    ours, leaves = subject_digest(bundle["subject"]), []
    numbers = {countersignature_digest(raw): number for number, raw in enumerate(bundle["countersignatures"])}
    for item in bundle["ledger"]["leaves"]:
        leaf, details = json.loads(item["leaf"]), json.loads(item["details"])
        del leaf["commitment"]
        if details.get("subjectDigest") == ours:
            details["subjectDigest"] = OURS
        if "countersignatureDigest" in details:
            details["countersignatureDigest"] = numbers[details["countersignatureDigest"]]
        leaves.append({"index": item["index"], "leaf": leaf, "details": details, "salt": item["salt"]})
    return {
        "instance": bundle["instance"],
        "subject": json.loads(bundle["subject"]),
        "signed": [_open_signed(raw, algs) for raw in bundle["countersignatures"]],
        "directory": directory,
        "leaves": leaves,
        "size": int(bundle["ledger"]["checkpoint"].split("\n")[1]),
        "signers": [0],  # ledger keys that sign the checkpoint, counted back from the newest
        "consistency": [item["from"]["size"] for item in bundle["ledger"]["consistency"]],
        "outcome": bundle["outcome"],
        "trust": copy.deepcopy(document["trust"]),
    }


class _Sealing:
    def __init__(self, model: dict):
        self.model = copy.deepcopy(model)
        self.heads = ["00" * 32]
        self.rp_id = "unknown.test"
        self.rp_ids = {}  # by credential id: the site that a key was made for
        self.hashes = []
        self.vkeys = {}

    def ledger_key(self, original: str) -> str:
        instance = original.split("+", 2)[0].removeprefix("countersign/")
        return self.vkeys.setdefault(original, forge_keys.verifier_key(original, instance))

    def sign(self, signed: dict, digest: str) -> dict:
        envelope, client = signed["envelope"], signed.get("client")
        directory, checkpoint = envelope["directory"], envelope["checkpoint"]
        directory.setdefault("head", self.heads[min(directory["size"], len(self.heads) - 1)])
        checkpoint.setdefault("root", root(self.hashes[: checkpoint["size"]]).hex())
        if "word" in signed:
            return self.word(signed, envelope, digest)
        challenge = to_base64url(challenge_of(envelope, digest))
        client_text = json.dumps({"challenge": challenge, **client}).encode()
        if "clientText" in signed:
            client_text = signed["clientText"](client_text)
        rp_id = signed["rpId"] or self.rp_ids.get(signed["credential"], self.rp_id)
        data = sha256(rp_id.encode()) + bytes([signed["flags"], 0, 0, 0, 1])
        data += bytes.fromhex(signed["extra"])
        sign = signed.get("sign") or (lambda message: forge_keys.sign(signed["alg"], signed["credential"], message))
        signature = sign(data + sha256(client_text))
        return {
            "type": "webauthn", "envelope": canonical(envelope), "credential": signed["credential"],
            "authenticatorData": to_base64url(data), "clientDataJSON": to_base64url(client_text),
            "signature": to_base64url(signature),
        }

    def word(self, signed: dict, envelope: dict, digest: str) -> dict:
        made = {"type": signed["word"], "envelope": canonical(envelope)}
        if signed["word"] == "totp":
            made["authenticator"] = signed["authenticator"]
        names = list(self.vkeys)[::-1]
        name = names[min(signed["back"], len(names) - 1)] if names else "nobody"
        message = word_of(made, challenge_of(envelope, digest))
        return {**made, "signature": to_base64url(forge_keys.sign(-8, name, message))}

    def entry(self, entry: dict) -> str:
        subject = entry["subject"]
        if isinstance(subject.get("credential"), dict):
            credential = subject["credential"]
            credential["publicKey"] = credential["publicKey"] or to_base64url(
                forge_keys.public_key(credential["alg"], credential["id"])
            )
            self.rp_id = self.rp_ids[credential["id"]] = subject["rpId"]
        for member in ("ledgerKey", "key", "previous"):
            if member in subject:
                subject[member] = self.ledger_key(subject[member])
        text = canonical(subject)
        signed = [self.sign(one, subject_digest(text)) for one in entry["signed"]]
        previous, seq = self.heads[-1], len(self.heads) - 1
        sealed = canonical({
            "v": 1, "seq": seq, "previous": previous, "time": entry["time"], "subject": text,
            "countersignatures": signed,
        })
        self.heads.append(sha256(b"countersign.directory.v1\n", bytes.fromhex(previous), utf8(sealed)).hex())
        return sealed

    def leaf(self, item: dict, signed: dict, digest: str) -> dict:
        details = item["details"]
        members = details if isinstance(details, dict) else {}
        if members.get("subjectDigest") == OURS:
            members["subjectDigest"] = digest
        number = members.get("countersignatureDigest")
        if isinstance(number, int):
            details["countersignatureDigest"] = countersignature_digest(signed(number)) if signed(number) else "00" * 32
        text, salt = canonical(details), from_base64url(item["salt"])
        commitment = sha256(b"countersign.details.v1\n", salt, utf8(text)).hex()
        return {"leaf": canonical({**item["leaf"], "commitment": commitment}), "details": text, "salt": item["salt"]}

    def tree(self, digest: str) -> tuple:
        """The sealed leaves and countersignatures; hashes of all leaves are kept."""
        model, sealed, leaves = self.model, {}, []

        def signed(number):
            if number >= len(model["signed"]):
                return None
            if number not in sealed:
                sealed[number] = self.sign(model["signed"][number], digest)
            return sealed[number]

        items = {}
        for item in model["leaves"]:
            items.setdefault(item["index"], []).append(item)
        for index in range(model["size"]):
            made = [self.leaf(item, signed, digest) for item in items.get(index, [])]
            leaves += [{"index": index, **leaf} for leaf in made]
            self.hashes.append(leaf_hash(utf8(made[0]["leaf"]) if made else b"filler %d" % index))
        return leaves, [signed(number) for number in range(len(model["signed"]))]

    def checkpoint(self) -> str:
        model = self.model
        tree = base64.b64encode(root(self.hashes)).decode()
        text = f"countersign/{model['instance']}\n{model['size']}\n{tree}\n"
        keys = list(self.vkeys.items())[::-1]
        chosen = [keys[min(back, len(keys) - 1)] for back in model["signers"]]
        return text + "\n" + "".join(forge_keys.signed_note(text, vkey, original) for original, vkey in chosen)


def inclusion(hashes: list, index: int) -> list:
    if len(hashes) <= 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if index < k:
        return inclusion(hashes[:k], index) + [root(hashes[k:]).hex()]
    return inclusion(hashes[k:], index - k) + [root(hashes[:k]).hex()]


def consistency(hashes: list, size: int, whole: bool = True) -> list:
    if size == len(hashes):
        return [] if whole else [root(hashes).hex()]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if size <= k:
        return consistency(hashes[:k], size, whole) + [root(hashes[k:]).hex()]
    return consistency(hashes[k:], size - k, False) + [root(hashes[:k]).hex()]


def seal(model: dict) -> dict:
    """The document {"bundle", "trust"} of a model."""
    sealing = _Sealing(model)
    model = sealing.model
    directory = [sealing.entry(entry) for entry in model["directory"]]
    subject = canonical(model["subject"])
    leaves, signed = sealing.tree(subject_digest(subject))
    hashes, proofs = sealing.hashes, []
    for size in model["consistency"]:
        proof = consistency(hashes, size) if 0 < size <= len(hashes) else []
        proofs.append({"from": {"size": size, "root": root(hashes[:size]).hex()}, "proof": proof})
    for leaf in leaves:
        leaf["proof"] = inclusion(hashes, leaf["index"])
    bundle = {
        "v": 1, "type": "countersign.evidence", "instance": model["instance"], "subject": subject,
        "countersignatures": signed, "directory": directory, "outcome": model["outcome"],
        "ledger": {"checkpoint": sealing.checkpoint(), "leaves": leaves, "consistency": proofs},
    }
    return {"bundle": bundle, "trust": _trust(model["trust"], directory, sealing)}


def _trust(trust, directory: list, sealing: _Sealing):
    if trust is None or not directory:
        return trust
    subject = json.loads(json.loads(directory[0])["subject"])
    if isinstance(subject.get("credential"), dict):
        trust["genesis"]["publicKey"] = subject["credential"]["publicKey"]
    trust["genesis"]["entry"] = sealing.heads[1]
    hosts = [
        number for number, text in enumerate(directory)
        if any(one["type"] == "host" for one in json.loads(text)["countersignatures"])
    ]
    trust["recoveries"] = [sealing.heads[number + 1] for number in hosts][: len(trust["recoveries"])]
    trust["ledgerKeys"] = [sealing.ledger_key(key) if key.count("+") > 1 else key for key in trust["ledgerKeys"]]
    return trust
