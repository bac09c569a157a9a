"""edges.py: cases made by hand where two implementations could part; printed as by mutate.py.

Keys and signatures (edge_keys.py), names that a language's objects have of themselves, numbers at the
edge of binary64, characters that have no UTF-8, moments that do not exist, notes.
"""
import json

import edits
from edge_keys import BASES, keys, model_of
from evidence import verify
from forge import seal


def _leaf_with(ids=None, details=None, type_=None):
    model = model_of()
    leaf = model["leaves"][0]
    leaf["leaf"]["ids"].update(ids or {})
    leaf["details"].update(details or {})
    leaf["leaf"]["type"] = type_ or leaf["leaf"]["type"]
    return model


def inherited():
    names = ("constructor", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf", "__proto__", "length")
    for name in names:
        yield f"ids has {name}", _leaf_with(ids={name: "x"})
        yield f"ids and details have {name}", _leaf_with(ids={name: "x"}, details={name: "x"})
        yield f"details has {name}", _leaf_with(details={name: {"run": "x"}})
        lowered = name.lower()
        yield f"one more leaf of the type {lowered}", _extra_leaf(lowered)
        model = model_of()
        model["subject"]["kind"] = name
        yield f"a subject of the kind {name}", model
        model = model_of()
        model["directory"][0]["subject"]["kind"] = name
        yield f"an entry of the kind {name}", model
        model = model_of()
        model["signed"][0]["client"][name] = {"topOrigin": "x", "crossOrigin": True}
        yield f"client data has {name}", model
        model = model_of("approved")
        model["subject"]["requester"] = name
        yield f"the requester is {name}", model
        model = model_of()
        model["leaves"][0]["details"] = [name]
        yield f"details are an array with {name}", model


def _extra_leaf(type_, details=None):
    model = model_of()
    index = model["leaves"][-1]["index"] + 1
    leaf = {"v": 1, "type": type_, "time": model["leaves"][-1]["leaf"]["time"], "ids": {}}
    model["leaves"].append({"index": index, "leaf": leaf, "details": details or {}, "salt": model["leaves"][0]["salt"]})
    model["size"] = max(model["size"], index + 1)
    return model


def client_data():
    texts = {
        "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
        "an overlong slash": lambda raw: raw.replace(b"}", b', "x": "\xc0\xaf"}'),
        "half a pair in UTF-8": lambda raw: raw.replace(b"}", b', "x": "\xed\xa0\x80"}'),
        "half a pair escaped": lambda raw: raw.replace(b"}", b', "x": "\\ud800"}'),
        "a name twice": lambda raw: raw.replace(b"}", b', "type": "webauthn.get"}'),
        "a name twice, once escaped": lambda raw: raw.replace(b"}", b', "\\u0074ype": "webauthn.get"}'),
        "an escaped name": lambda raw: raw.replace(b'"type"', b'"\\u0074ype"'),
        "a number beyond": lambda raw: raw.replace(b"}", b', "x": 1e999}'),
        "a long number": lambda raw: raw.replace(b"}", b', "x": ' + b"9" * 5000 + b"}"),
        "NaN": lambda raw: raw.replace(b"}", b', "x": NaN}'),
        "a leading zero": lambda raw: raw.replace(b"}", b', "x": 01}'),
        "a trailing comma": lambda raw: raw.replace(b"}", b",}"),
        "64 deep": lambda raw: raw.replace(b"}", b', "x": ' + b"[" * 63 + b"]" * 63 + b"}"),
        "65 deep": lambda raw: raw.replace(b"}", b', "x": ' + b"[" * 64 + b"]" * 64 + b"}"),
        "an array": lambda raw: b"[" + raw + b"]",
        "spaces around": lambda raw: b" \t\r\n" + raw + b"\n",
        "a no-break space before": lambda raw: b"\xc2\xa0" + raw,
        "a vertical tab before": lambda raw: b"\x0b" + raw,
        "a byte of zero behind": lambda raw: raw + b"\0",
        "a raw control character": lambda raw: raw.replace(b"}", b', "x": "\x01"}'),
        "a raw DEL and U+2028": lambda raw: raw.replace(b"}", b', "x": "\x7f\xe2\x80\xa8"}'),
        "topOrigin null": lambda raw: raw.replace(b"}", b', "topOrigin": null}'),
        "crossOrigin null": lambda raw: raw.replace(b"false", b"null"),
        "crossOrigin 0": lambda raw: raw.replace(b"false", b"0"),
        "nothing": lambda raw: b"",
    }
    for what, change in texts.items():
        model = model_of()
        model["signed"][0]["clientText"] = change
        yield f"client data: {what}", model


def details_texts():
    """The commitment is over U+FFFD, and half of a pair is shown."""
    document = seal(_extra_leaf("note", {"x": "\ufffd"}))
    for shown in ("\ud800", "\udc00", "\ufffd"):
        changed = edits.apply(document, [])
        changed["bundle"]["ledger"]["leaves"][-1]["details"] = '{"x":"%s"}' % shown
        yield f"details with {ascii(shown)}, committed to as U+FFFD", edits.texts(changed)


def numbers():
    bundle, trust = edits.texts(BASES["run"])
    bundle = json.dumps(BASES["run"]["bundle"], ensure_ascii=False)
    forms = ("1.0", "1e0", "10e-1", "1.00000000000000000001", "0.99999999999999999999", "1.0000000000000002", "-1", "1e999",
             "true", '"1"', "01", "+1", "1.", ".1", "1E+0", "0x1", "1" + "0" * 400 + "e-400")
    for form in forms:
        yield f"v is {form[:30]}", (bundle.replace('"v": 1', f'"v": {form}', 1), trust)
    leaf = BASES["run"]["bundle"]["ledger"]["leaves"][0]["index"]
    for form in (f"{leaf}.0", f"{leaf}.00000000000000000000001", "9007199254740991.4", "9007199254740993", "-0", "1e-400", "-0.0"):
        yield f"an index of {form}", (bundle.replace(f'"index": {leaf}', f'"index": {form}', 1), trust)
    for before, behind in (("\ufeff", ""), (" \n\t\r", " "), ("\u00a0", ""), ("\u2028", ""), ("", "\0"), ("", "{}"), ("\f", "")):
        yield f"{ascii(before)} before, {ascii(behind)} behind", (before + bundle + behind, trust)
        yield f"trust: {ascii(before)} before, {ascii(behind)} behind", (bundle, before + trust + behind)
    deep = "[" * 100000
    yield "very deep", (deep, trust)
    yield "a very deep trust file", (bundle, deep)


def moments():
    for moment in ("1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", "2024-02-29T00:00:00.000Z",
                   "2023-02-29T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2016-12-31T23:59:60.000Z", "2024-13-01T00:00:00.000Z",
                   "2024-00-10T00:00:00.000Z", "2024-01-32T00:00:00.000Z", "2024-04-31T00:00:00.000Z", "2100-02-29T00:00:00.000Z",
                   "2024-01-01T00:00:00.0000Z", "2024-01-01t00:00:00.000z", "0000-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000+00:00",
                   "\u0662024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z\n"):
        model = model_of()
        model["signed"][0]["envelope"]["notBefore"] = moment
        yield f"notBefore {ascii(moment)}", model
        model = model_of()
        model["leaves"][-1]["leaf"]["time"] = moment
        yield f"a leaf's time {ascii(moment)}", model


def notes():
    """Checkpoints: changes of the note around a signature that holds, and of the text with a new signature."""
    document = seal(model_of())
    note = document["bundle"]["ledger"]["checkpoint"]
    text, lines = note.rsplit("\n\n", 1)
    bad = lines[:-8] + ("A" if lines[-8] != "A" else "B") + lines[-7:]
    witness = "\u2014 witness.example/w AAAAAAA=\n"
    changes = {
        "a witness before": f"{text}\n\n{witness}{lines}", "a witness behind": f"{text}\n\n{lines}{witness}",
        "twice": f"{text}\n\n{lines}{lines}", "a second that fails": f"{text}\n\n{lines}{bad}",
        "a first that fails": f"{text}\n\n{bad}{lines}", "100 lines": f"{text}\n\n{lines}{witness * 99}",
        "101 lines": f"{text}\n\n{lines}{witness * 100}", "a hyphen": note.replace("\u2014", "-"),
        "two spaces": note.replace("\u2014 ", "\u2014  "), "no line at its end": note[:-1], "an empty line more": note + "\n",
        "two empty lines": f"{text}\n\n\n{lines}", "CR": note.replace("\n", "\r\n"), "a tab": note.replace("\n", "\t\n", 1),
        "a name with a plus": f"{text}\n\n{lines}\u2014 a+b AAAAAAA=\n", "4 bytes": f"{text}\n\n{lines}\u2014 w AAAAAA==\n",
        "loose bits": f"{text}\n\n{lines}\u2014 w AAAAAAB=\n", "a name of 257": f"{text}\n\n{lines}\u2014 {'w' * 257} AAAAAAA=\n",
        "a name of 256": f"{text}\n\n{lines}\u2014 {'w' * 256} AAAAAAA=\n", "a name beyond ASCII": f"{text}\n\n{lines}\u2014 \u00e9 AAAAAAA=\n",
        "only newlines": "\n\n", "nothing": "", "no padding": f"{text}\n\n{lines}\u2014 w AAAAAAA\n", "no signature": f"{text}\n\n",
        "a line separator": f"{text}\n\n{lines}\u2014 w\u2028 AAAAAAA=\n", "C1 control in an extension": f"{text}\n\u0085\n\n{lines}",
    }
    for what, changed in changes.items():
        altered = edits.apply(document, [{"at": ["bundle", "ledger", "checkpoint"], "set": changed}])
        yield f"checkpoint: {what}", edits.texts(altered)


def cases():
    for name, model in [*keys(), *inherited(), *client_data(), *moments()]:
        try:
            yield name, edits.texts(seal(model))
        except (UnicodeEncodeError, KeyError) as error:
            raise AssertionError(f"{name} cannot be sealed") from error
    yield from details_texts()
    yield from numbers()
    yield from notes()


def main() -> None:
    for name, (bundle, trust) in cases():
        print(json.dumps({"case": name, "bundle": bundle, "trust": trust, **verify(bundle, trust)}))


if __name__ == "__main__":
    main()
