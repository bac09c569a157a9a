"""Section 10: the trust file, and what it demands of a directory."""
from forms import array, b64, boolean, digest, identifier, name, one_of, origins, rpid, shape, text
from refusal import Refused, demand
from text import NotJson, parse

_trust = shape(
    v=one_of(1),
    type=one_of("countersign.trust"),
    instance=name,
    org=name,
    genesis=shape(entry=digest, person=identifier("usr"), credential=b64(1, 1023), publicKey=b64(1, 2048)),
    ledgerKeys=array(64, text(1, 512), 1),
    sites=array(64, shape(rpId=rpid, origins=origins), 1),
    recoveries=array(64, digest),
    attestationRoots=array(64, digest),
    demonstration=boolean,
)


def read_trust(trust: str) -> dict:
    try:
        value = parse(trust)
    except NotJson:
        raise Refused("trust_invalid") from None
    demand(_trust(value), "trust_invalid")
    return value


def check_directory(trust: dict, directory) -> None:
    demand((trust["instance"], trust["org"]) == (directory.instance, directory.org), "trust_instance")
    genesis = trust["genesis"]
    demand(genesis["entry"] == directory.heads[1], "trust_genesis")
    key = directory.keys.get(genesis["credential"])
    demand(key is not None and key.from_ == 1, "trust_genesis")
    demand((key.person, key.public) == (genesis["person"], genesis["publicKey"]), "trust_genesis")
    named = all(directory.heads[size] in trust["recoveries"] for size in directory.host_recoveries)
    demand(named, "trust_recovery")
