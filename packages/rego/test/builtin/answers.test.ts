/** What builtins answer: values that follow from the language reference, from Go's documentation, and from the named specifications. */
import { describe, expect, test } from 'vitest'
import { answer } from '../support/call.ts'

const families: Record<string, readonly (readonly [string, string])[]> = {
  arithmetic: [
    ['0.1 + 0.2', '0.3'], ['0.3 - 0.1', '0.2'], ['0.1 * 3', '0.3'], ['7 / 2', '3.5'], ['1 / 3 * 3 > 0.99', 'true'],
    ['9007199254740993 + 1', '9007199254740994'], ['123456789123456789 * 10', '1234567891234567890'], ['-7 % 3', '-1'],
    ['round(2.5)', '3'], ['round(-2.5)', '-3'], ['ceil(-1.5)', '-1'], ['floor(-1.5)', '-2'], ['abs(-5)', '5'],
    ['1 / 0', 'eval_builtin_error: div: divide by zero'], ['5 % 0', 'eval_builtin_error: rem: modulo by zero'],
    ['bits.lsh(1, 70)', '1180591620717411303424'], ['bits.negate(0)', '-1'], ['bits.xor(-1, 5)', '-6'], ['bits.rsh(-8, 1)', '-4'],
  ],
  sprintf: [
    ['sprintf("%d and %s", [1, "x"])', '"1 and x"'], ['sprintf("%v", [{"a": [1, "x", {2}]}])', '"{\\"a\\": [1, \\"x\\", {2}]}"'],
    ['sprintf("%s", [5])', '"%!s(int=5)"'], ['sprintf("%d", ["x"])', '"%!d(string=x)"'], ['sprintf("%d %d", [1])', '"1 %!d(MISSING)"'],
    ['sprintf("x", [1, "y"])', '"x%!(EXTRA int=1, string=y)"'], ['sprintf("%05.1f|%-4d|%+d|%x", [2.25, 3, 4, 255])', '"002.2|3   |+4|ff"'],
    ['sprintf("%.0f %.0f", [0.5, 1.5])', '"0 2"'], ['sprintf("%e", [123456.789])', '"1.234568e+05"'], ['sprintf("%[2]d %[1]d", [1, 2])', '"2 1"'],
    ['sprintf("%q", ["a\\"b"])', '"\\"a\\\\\\"b\\""'], ['sprintf("%5s|%-5s|", ["ä", "ö"])', '"    ä|ö    |"'], ['sprintf("%d%%", [50])', '"50%"'],
    ['sprintf("%d", [12345678901234567890])', '"12345678901234567890"'], ['sprintf("%v", [0.000001])', '"1e-06"'], ['sprintf("%c%U", [65, 128512])', '"AU+1F600"'],
  ],
  strings: [
    ['upper("straße")', '"STRAßE"'], ['lower("ÀÉ")', '"àé"'], ['strings.reverse("a😀b")', '"b😀a"'], ['indexof("a😀b", "b")', '2'], ['substring("a😀bc", 1, 2)', '"😀b"'],
    ['count("a😀b")', '3'], ['split("a,b,", ",")', '["a", "b", ""]'], ['split("ab", "")', '["a", "b"]'], ['replace("aaa", "aa", "b")', '"ba"'], ['replace("ab", "", "-")', '"-a-b-"'],
    ['trim_space("\\u00a0 x\\t")', '"x"'], ['trim("xxabxx", "x")', '"ab"'], ['trim_left("aab", "a")', '"b"'], ['trim_suffix("ab", "")', '"ab"'], ['format_int(-255, 16)', '"-ff"'],
    ['strings.replace_n({"<": "&lt;", "<b>": "B"}, "<b>")', '"&lt;b>"'], ['strings.count("aaaa", "aa")', '2'], ['indexof_n("abab", "ab")', '[0, 2]'], ['indexof("", "a")', '-1'],
    ['indexof("a", "")', 'eval_builtin_error: indexof: empty search character'], ['concat(",", {"b", "a"})', '"a,b"'], ['strings.any_prefix_match({"ab", "cd"}, ["x", "c"])', 'true'],
  ],
  patterns: [
    ['regex.match("^a+$", "aaa")', 'true'], ['regex.split("z+", "pizza")', '["pi", "a"]'], ['regex.split("", "ab")', '["a", "b"]'], ['regex.find_n("a*", "baa", -1)', '["", "aa"]'],
    ['regex.replace("-wxy-", "w(x*)y", "[${1}]")', '"-[x]-"'], ['regex.replace("ab", "(?P<l>a)", "$l$$")', '"a$b"'], ['regex.replace("ab", "(a)", "$1x")', '"b"'],
    ['regex.match("[", "x")', 'eval_builtin_error: regex.match: error parsing regexp: missing closing ]: `[`'], ['regex.is_valid("(?<=a)b")', 'false'], ['regex.is_valid(5)', 'false'],
    ['regex.template_match("urn:{[a-z]+}:{.*}", "urn:ab:c:d", "{", "}")', 'true'], ['regex.template_match("a.c{x}", "abcx", "{", "}")', 'false'],
    ['regex.globs_match("a[b-d]*e", ".+e")', 'true'], ['regex.globs_match("abc", "ab")', 'false'],
    ['glob.match("*.example.com", [], "a.b.example.com")', 'false'], ['glob.match("**.example.com", [], "a.b.example.com")', 'true'], ['glob.match("*.example.com", null, "a.b.example.com")', 'true'],
    ['glob.match("{a,b[0-9]}-?", ["-"], "b7-x")', 'true'], ['glob.match("{a,b[0-9]}-?", ["-"], "b7--")', 'false'], ['glob.match("\\\\*", [], "*")', 'true'], ['glob.match("[!a]", [], "a")', 'false'], ['glob.quote_meta("*a?")', '"\\\\*a\\\\?"'],
  ],
  time: [
    ['time.date(1709164800000000000)', '[2024, 2, 29]'], ['time.clock([1709208000000000000, "America/New_York"])', '[7, 0, 0]'], ['time.weekday(0)', '"Thursday"'],
    ['time.format([1709208000123456789, "Asia/Kolkata", "RFC850"])', '"Thursday, 29-Feb-24 17:30:00 IST"'], ['time.format(1500)', '"1970-01-01T00:00:00.0000015Z"'],
    ['time.format([1709208000123456789, "UTC", "Jan _2 2006 at 3:04pm (.000)"])', '"Feb 29 2024 at 12:00pm (.123)"'],
    ['time.parse_ns("2006-01-02 15:04", "2024-02-29 12:00")', '1709208000000000000'], ['time.parse_ns("RFC1123Z", "Thu, 29 Feb 2024 13:00:00 +0100")', '1709208000000000000'],
    ['time.parse_rfc3339_ns("2024-02-30T00:00:00Z")', 'eval_builtin_error: time.parse_rfc3339_ns: parsing time "2024-02-30T00:00:00Z": day out of range'],
    ['time.add_date(1706659200000000000, 0, 1, 0)', '1709337600000000000'], ['time.add_date([1711234800000000000, "Europe/Zurich"], 0, 0, 8)', '1711922400000000000'],
    ['time.diff(1709208000000000000, [1735732800000000000, "UTC"])', '[0, 10, 1, 0, 0, 0]'], ['time.parse_duration_ns("-1.5h")', '-5400000000000'], ['time.parse_duration_ns("5x")', 'eval_builtin_error: time.parse_duration_ns: time: unknown unit "x" in duration "5x"'],
    ['time.date([0, "Nowhere/At_All"])', 'eval_builtin_error: time.date: unknown time zone Nowhere/At_All'],
  ],
  networks: [
    ['net.cidr_contains("10.0.0.0/8", "10.255.0.1")', 'true'], ['net.cidr_contains("10.0.0.0/8", "::ffff:10.0.0.1")', 'true'], ['net.cidr_intersects("10.0.0.0/25", "10.0.0.128/25")', 'false'],
    ['net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/24"])', '{"10.0.0.0/23"}'], ['net.cidr_merge(["192.0.2.112"])', '{"192.0.2.112/24"}'], ['net.cidr_expand("192.0.2.0/31")', '{"192.0.2.0", "192.0.2.1"}'], ['net.cidr_is_valid("010.0.0.0/8")', 'false'],
    ['net.cidr_merge(["2001:db8::/33", "2001:db8:8000::/33"])', '{"2001:db8::/32"}'],
    ['net.cidr_contains("10.0.0.0/33", "10.0.0.1")', 'eval_builtin_error: net.cidr_contains: invalid CIDR address: 10.0.0.0/33'],
  ],
  encodings: [
    ['base64.encode("subjects?_d")', '"c3ViamVjdHM/X2Q="'], ['base64.decode("aGk")', 'eval_builtin_error: base64.decode: illegal base64 data at input byte 0'], ['hex.encode(base64.decode("/w=="))', '"ff"'],
    ['base64url.decode("-_8")', '"\ufffd\ufffd"'], ['hex.decode("6g")', "eval_builtin_error: hex.decode: encoding/hex: invalid byte: U+0067 'g'"], ['urlquery.encode("a b&ü")', '"a+b%26%C3%BC"'],
    ['urlquery.decode("%zz")', 'eval_builtin_error: urlquery.decode: invalid URL escape "%zz"'], ['urlquery.encode_object({"b": {"2", "1"}, "a": "x y"})', '"a=x+y&b=1&b=2"'],
    ['json.marshal({"a": "<b>&", 3: {1}})', '"{\\"3\\":[1],\\"a\\":\\"\\\\u003cb\\\\u003e\\\\u0026\\"}"'], ['json.unmarshal("[1e2, 12345678901234567890]")', '[100, 12345678901234567890]'], ['json.is_valid("{")', 'false'],
    ['yaml.unmarshal("a: yes\\nb: 0o17\\nc: 017\\nd: 1_000\\ne: \\"yes\\"")', '{"a": true, "b": 15, "c": 15, "d": 1000, "e": "yes"}'], ['yaml.marshal({"a": [1, {"b": "no"}], "c": ""})', '"a:\\n- 1\\n- b: \\"no\\"\\nc: \\"\\"\\n"'],
    ['yaml.marshal(["2001-01-01", "1:30", "null", "a: b", "x\\ny\\n"])', '"- \\"2001-01-01\\"\\n- \\"1:30\\"\\n- \\"null\\"\\n- \'a: b\'\\n- |\\n  x\\n  y\\n"'],
    ['yaml.unmarshal("a: !!binary aGVsbG8=\\nb: !!timestamp 2001-01-01\\nc: !!omap [d: 1]")', '{"a": "hello", "b": "2001-01-01", "c": [{"d": 1}]}'],
    ['yaml.unmarshal("a: &x {b: 1}\\nc: {<<: *x, d: 2}")', '{"a": {"b": 1}, "c": {"b": 1, "d": 2}}'],
  ],
  units: [
    ['units.parse("100m")', '0.1'], ['units.parse("1.5Gi")', '1610612736'], ['units.parse("2M")', '2000000'], ['units.parse_bytes("1.5KB")', '1500'], ['units.parse_bytes("0.1Ki")', '102'], ['units.parse("")', 'eval_builtin_error: units.parse: no amount provided'],
    ['units.parse("1q")', 'eval_builtin_error: units.parse: unit q not recognized'], ['to_number("0x10p0")', '16'], ['to_number("1e400")', 'eval_builtin_error: to_number: strconv.ParseFloat: parsing "1e400": value out of range'],
  ],
  versions: [
    ['semver.compare("1.0.0-alpha", "1.0.0-alpha.1")', '-1'], ['semver.compare("1.0.0-alpha.1", "1.0.0-alpha.beta")', '-1'], ['semver.compare("1.0.0-beta.2", "1.0.0-beta.11")', '-1'],
    ['semver.compare("1.0.0-rc.1", "1.0.0")', '-1'], ['uuid.parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8").time', '886630433151182400'], ['uuid.parse("no")', 'undefined'], ['uuid.parse("{6ba7b810-9dad-41d1-c0b4-00c04fd430c8}")', '{"variant": "Microsoft", "version": 4}'], ['semver.compare("1.0.0+a", "1.0.0+b")', '0'], ['semver.is_valid("v01.0.0")', 'true'], ['semver.is_valid("1.0.0-a..b")', 'false'], ['semver.is_valid("1.0")', 'false'],
  ],
  packages: [
    ['purl.parse("pkg:npm/%40angular/animation@12.3.1?arch=x64#src//./lib")', '{"name": "animation", "namespace": "@angular", "qualifiers": {"arch": "x64"}, "subpath": "src/lib", "type": "npm", "version": "12.3.1"}'],
    ['purl.parse("PKG:PyPI/Django_x@1")', '{"name": "django-x", "type": "pypi", "version": "1"}'], ['purl.is_valid("pkg:maven/org.example/a@1")', 'true'], ['purl.is_valid("pkg:npm")', 'false'], ['purl.is_valid("npm/a")', 'false'], ['purl.is_valid("pkg:npm/a?x=1&x=2")', 'false'], ['purl.is_valid(1)', 'false'],
  ],
  collections: [
    ['object.union({"a": {"x": 1}}, {"a": {"y": 2}})', '{"a": {"x": 1, "y": 2}}'], ['object.get({"a": [{"b": 1}]}, ["a", 0, "b"], 9)', '1'], ['object.subset({"a": {1, 2}}, {"a": {2}})', 'true'], ['object.subset([1, 2, 3], [1, 3])', 'false'],
    ['json.patch({"a": [1, 2]}, [{"op": "add", "path": "/a/-", "value": 3}, {"op": "move", "from": "/a/0", "path": "/b"}])', '{"a": [2, 3], "b": 1}'], ['json.patch({"a": 1}, [{"op": "test", "path": "/a", "value": 2}])', 'undefined'],
    ['json.filter({"a": [1, 2], "b": 3}, ["/a/1"])', '{"a": [2]}'], ['json.remove({"a~": {"b/c": 1, "d": 2}}, ["a~0/b~1c"])', '{"a~": {"d": 2}}'], ['graph.reachable({"a": ["b"], "b": ["a"], "c": []}, ["a"])', '{"a", "b"}'],
    ['graph.reachable_paths({"a": {"b", "c"}, "b": [], "c": ["x"]}, {"a"})', '{["a", "b"], ["a", "c"]}'], ['[p | [p, v] := walk({"a": [1]}); v == 1]', '[["a", 0]]'], ['numbers.range_step(1, -5, 3)', '[1, -2, -5]'],
    ['array.flatten([1, [2, [3]]])', '[1, 2, [3]]'], ['sort({3, "a", null, 1.5, [0]})', '[null, 1.5, 3, "a", [0]]'], ['sum([0.1, 0.2])', '0.3'], ['max([1, "a", [0]])', '[0]'], ['union({{1}, {2}})', '{1, 2}'], ['intersection({{1, 2}, {2, 3}})', '{2}'],
  ],
  digests: [
    // RFC 1321, FIPS 180-2, RFC 4231 (test case 2)
    ['crypto.md5("abc")', '"900150983cd24fb0d6963f7d28e17f72"'], ['crypto.sha1("abc")', '"a9993e364706816aba3e25717850c26c9cd0d89d"'],
    ['crypto.sha256("abc")', '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"'],
    ['crypto.hmac.sha256("what do ya want for nothing?", "Jefe")', '"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"'], ['crypto.hmac.equal("a", "b")', 'false'],
  ],
  templates: [
    ['strings.render_template("{{range $i, $n := .l}}{{if $i}}, {{end}}{{$n}}{{else}}none{{end}}", {"l": ["a", 2]})', '"a, 2"'], ['strings.render_template("{{- with .a}} {{.b | printf \\"%03d\\"}} {{end -}}  .", {"a": {"b": 7}})', '" 007 ."'],
    ['strings.render_template("{{if and .a (eq .b 1 2)}}y{{else if .a}}n{{end}}", {"a": true, "b": 2})', '"y"'], ['strings.render_template("{{len .s}} {{index .l 1}} {{html .h}}", {"s": "ab", "l": [1, 2], "h": "<"})', '"2 2 &lt;"'],
    ['strings.render_template("{{define \\"t\\"}}[{{.}}]{{end}}{{template \\"t\\" .x}}", {"x": 1})', '"[1]"'], ['strings.render_template("{{.a}", {"a": 1})', 'eval_builtin_error: strings.render_template: template: : unexpected "}" in action'],
    ['strings.render_template("{{nope .}}", {})', 'eval_builtin_error: strings.render_template: template: : function "nope" not defined'],
  ],
  types: [
    ['count(5)', 'eval_type_error: count: operand 1 must be one of {array, object, set, string} but got number'], ['type_name({1})', '"set"'], ['is_array([])', 'true'], ['to_number("x")', 'eval_builtin_error: to_number: strconv.ParseFloat: parsing "x": invalid syntax'],
    ['concat("", [1])', 'eval_type_error: concat: operand 2 must be array of strings but got array containing number'], ['numbers.range(1.5, 2)', 'eval_type_error: numbers.range: operand 1 must be integer number but got floating-point number'],
  ],
}

describe.each(Object.entries(families))('%s', (_, cases) => {
  test.each(cases)('%s', (expression, wanted) => {
    expect(answer(expression)).toBe(wanted)
  })
})
