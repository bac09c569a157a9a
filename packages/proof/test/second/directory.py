"""Section 8: the directory, replayed entry by entry. What each kind demands is in enter.py and people.py."""
from assertion import Key
from countersigned import subject_digest
from enter import ENTER
from people import PEOPLE
from envelope import countersignature
from forms import array, digest, integer, milliseconds, one_of, shape, text, time
from refusal import demand
from spans import covers
from subject import parse_subject
from text import parse_canonical, sha256, utf8

KINDS = {**ENTER, **PEOPLE}

_entry = shape(
    v=one_of(1),
    seq=integer(0),
    previous=digest,
    time=time,
    subject=text(65536),
    countersignatures=array(32, countersignature),
)


class Directory:
    """What stands at every size up to `size`."""

    def __init__(self):
        self.size = 0
        self.heads = ["00" * 32]
        self.times = []
        self.instance = self.org = None
        self.keys = {}  # by credential id; revoked ones stay
        self.apps = {}  # spans by authenticator id, value (person,); revoked ones too
        self.roles = []
        self.recoveries = []
        self.links = []  # spans, value (person, same)
        self.gone = set()
        self.host_recoveries = []  # the sizes behind them
        self.ledger_keys = []
        self.parties = []
        self.persons = {}
        self.nonces = set()

    def key_holds(self, key: Key, size: int) -> bool:
        return key.from_ <= size and (key.until is None or size < key.until)

    def person_has_key(self, person: str, size: int) -> bool:
        return any(key.person == person and self.key_holds(key, size) for key in self.keys.values())

    def sites_at(self, size: int) -> list:
        """The oldest first."""
        return [party for party in self.parties if party.holds(size)]

    def site_at(self, rp_id: str, size: int):
        return next((party for party in self.sites_at(size) if party.rp_id == rp_id), None)

    def newest_site(self, size: int):
        return max(self.sites_at(size), key=lambda party: party.from_, default=None)

    def human(self, person: str, size: int) -> frozenset:
        """Every id that is one human with this one."""
        ids, grown = {person}, True
        while grown:
            more = {id_ for link in self.links if link.holds(size) and ids & set(link.value) for id_ in link.value}
            grown = not more <= ids
            ids |= more
        return frozenset(ids)

    def authority_at(self, actor: str, person: str, size: int, given=None):
        """The span by which somebody has authority over a person; `given` is (role, scope) of an entry about a role."""
        owner = self.role_at(actor, "owner", "", size)
        if owner:
            return owner
        ids = self.human(person, size)
        held = [span for span in self.roles if span.value[0] in ids and span.holds(size)]
        if any(span.value[1] in ("owner", "manager") for span in held):
            return None
        if given and given[0] not in ("operator", "approver", "auditor"):
            return None
        scopes = [span.value[2] for span in held] + ([given[1]] if given else [])
        spans = [
            span for span in self.roles
            if span.value[:2] == (actor, "manager") and span.holds(size)
            and all(covers(span.value[2], scope) for scope in scopes)
        ]
        return min(spans, key=lambda span: span.demonstration, default=None)

    def authority(self, one, person: str, given=None):
        """The span that counts, if a signer signs with authority over a person."""
        then = self.authority_at(one.person, person, one.at, given)
        return then and self.authority_at(one.person, person, one.until, given)

    def person_has_app(self, person: str, size: int) -> bool:
        return any(app.value == (person,) and app.holds(size) for app in self.apps.values())

    def standing_owners(self, size: int) -> list:
        """The ids with role owner over the organisation and a key of a site that holds."""
        return [
            person for person in self.persons
            if self.role_at(person, "owner", "", size) and any(
                key.person == person and self.key_holds(key, size) and self.site_at(key.rp_id, size)
                for key in self.keys.values()
            )
        ]

    def other_owner_with_key(self, person: str) -> bool:
        return any(other != person for other in self.standing_owners(self.size))

    def count_owners(self, size: int, beside: str = None) -> int:
        """The humans among them; not counting the one that `beside` is an id of."""
        humans = {self.human(person, size) for person in self.standing_owners(size)}
        return len(humans - {self.human(beside, size)} if beside else humans)

    def open_recovery(self, person: str, moment: int):
        return next((
            one for one in self.recoveries
            if one.value == (person,) and one.until is None and moment - one.began <= 2592000000
        ), None)

    def ledger_key_at(self, size: int):
        return next((key for key in self.ledger_keys if key.holds(size)), None)

    def role_at(self, person: str, role: str, scope: str, size: int):
        """The span by which the person has the role; one without a demonstration counts first."""
        found = [
            span for span in self.roles
            if span.value[:2] == (person, role) and covers(span.value[2], scope) and span.holds(size)
        ]
        return min(found, key=lambda span: span.demonstration, default=None)

    def role_throughout(self, one, role: str, scope: str):
        """The span at `until`, if a signer has the role at the size they signed and at `until`."""
        return self.role_at(one.person, role, scope, one.at) and self.role_at(one.person, role, scope, one.until)

    def enter(self, entry_text: str) -> None:
        entry = parse_canonical(entry_text)
        demand(_entry(entry), "directory_entry_invalid")
        demand(entry["seq"] == self.size and entry["previous"] == self.heads[-1], "directory_chain")
        demand(not self.times or self.times[-1] <= entry["time"], "directory_time")
        subject = parse_subject(entry["subject"])
        demand((subject["kind"] == "genesis") == (self.size == 0), "directory_genesis")
        if self.size == 0:
            self.instance, self.org = subject["instance"], subject["org"]
        demand((subject["instance"], subject["org"]) == (self.instance, self.org), "directory_instance")
        demand(subject["kind"] in KINDS, "directory_entry_invalid")
        moment = milliseconds(entry["time"])
        given = (subject_digest(entry["subject"]), entry["countersignatures"], moment)
        verified, effect = KINDS[subject["kind"]](self, subject, *given)
        nonces = set()
        for one in verified:
            demand(one.envelope["notBefore"] <= entry["time"] <= one.envelope["expires"], "envelope_window")
            nonce = one.envelope["nonce"]
            demand(nonce not in self.nonces and nonce not in nonces, "nonce_reused")
            nonces.add(nonce)
        effect(self.size + 1)
        self.nonces |= nonces
        self.times.append(entry["time"])
        head = sha256(b"countersign.directory.v1\n", bytes.fromhex(self.heads[-1]), utf8(entry_text))
        self.heads.append(head.hex())
        self.size += 1


def replay(entries: list) -> Directory:
    demand(entries, "directory_genesis")
    directory = Directory()
    for entry in entries:
        directory.enter(entry)
    return directory
