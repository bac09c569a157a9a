/**
 * Policies as they were written in 2022, and what the language reference says of them. A case is a name, a module without its
 * `package`, a query under `data.p`, what it is asked with, and the answer; no answer means undefined.
 */
export type Case = { readonly name: string; readonly module: string; readonly query: string; readonly input?: unknown; readonly data?: unknown; readonly is?: unknown }

const plan = {
  resource_changes: [
    { type: 'aws_s3_bucket', name: 'logs', address: 'aws_s3_bucket.logs', change: { actions: ['create'], after: { acl: 'private', tags: { owner: 'a' } } } },
    { type: 'aws_s3_bucket', name: 'site', address: 'aws_s3_bucket.site', change: { actions: ['update'], after: { acl: 'public-read', server_side_encryption_configuration: [{ rule: [] }], tags: {} } } },
    { type: 'aws_instance', name: 'web', address: 'aws_instance.web', change: { actions: ['delete', 'create'], after: { instance_type: 't3.micro', tags: { owner: 'b', env: 'prod' } } } },
  ],
}

export const cases: readonly Case[] = [
  // rules of the shape that security teams have written already
  {
    name: 'deny[reason] over resource_changes, as it stands', query: 'deny', input: plan,
    module: `deny[reason] { resource := input.resource_changes[_]; resource.type == "aws_s3_bucket"; not resource.change.after.server_side_encryption_configuration; reason := sprintf("S3 bucket '%s' must have encryption enabled", [resource.name]) }`,
    is: ["S3 bucket 'logs' must have encryption enabled"],
  },
  { name: 'deny[msg] with a walk over tags', query: 'deny', input: plan, module: 'deny[msg] {\n  r := input.resource_changes[_]\n  not r.change.after.tags.owner\n  msg := sprintf("%v has no owner", [r.address])\n}', is: ['aws_s3_bucket.site has no owner'] },
  { name: 'several deny rules add to one set', query: 'deny', input: plan, module: 'deny["a"] { input.resource_changes[_].type == "aws_instance" }\ndeny["b"] { input.resource_changes[_].change.after.acl == "public-read" }\ndeny["c"] { false }', is: ['a', 'b'] },
  { name: 'violation[{"msg": msg}] as admission policies have it', query: 'violation', input: { review: { object: { metadata: { labels: { a: 1 } } } }, parameters: { labels: ['a', 'b'] } }, module: 'violation[{"msg": msg, "details": {"missing_labels": missing}}] {\n  provided := {label | input.review.object.metadata.labels[label]}\n  required := {label | label := input.parameters.labels[_]}\n  missing := required - provided\n  count(missing) > 0\n  msg := sprintf("you must provide labels: %v", [missing])\n}', is: [{ msg: 'you must provide labels: {"b"}', details: { missing_labels: ['b'] } }] },
  { name: 'allow with a default', query: 'allow', input: { user: 'bob' }, module: 'default allow = false\nallow { input.user == "alice" }', is: false },
  { name: 'allow where a rule holds', query: 'allow', input: { user: 'alice' }, module: 'default allow = false\nallow { input.user == "alice" }', is: true },
  { name: 'a default with :=', query: 'allow', module: 'default allow := false', is: false },
  { name: 'no default, no rule that holds: undefined', query: 'allow', input: { user: 'bob' }, module: 'allow { input.user == "alice" }' },
  { name: 'counting what is replaced', query: 'replaced', input: plan, module: 'replaced = n { n := count([r | r := input.resource_changes[_]; r.change.actions[_] == "delete"]) }', is: 1 },
  { name: 'an array of actions compared whole', query: 'names', input: plan, module: 'names[n] { r := input.resource_changes[_]; r.change.actions == ["create"]; n := r.name }', is: ['logs'] },
  // complete rules
  { name: 'a constant', query: 'e', module: 'e = 2.5', is: 2.5 },
  { name: 'a constant with :=', query: 'n', module: 'n := 3', is: 3 },
  { name: 'two rules of one value agree', query: 'q', module: 'q = 1 { true }\nq = 1 { 1 == 1 }', is: 1 },
  { name: 'a rule with two bodies is a disjunction', query: 'q', input: { b: true }, module: 'q { input.a } { input.b }', is: true },
  { name: 'a rule with two bodies, neither holds', query: 'q', input: {}, module: 'q { input.a } { input.b }' },
  { name: 'else', query: 'q', input: { n: 5 }, module: 'q = "big" { input.n > 10 } else = "middle" { input.n > 3 } else = "small" { true }', is: 'middle' },
  { name: 'else without a body', query: 'q', input: { n: 1 }, module: 'q = "big" { input.n > 10 } else = "small"', is: 'small' },
  { name: 'else without a value is true', query: 'q', input: { n: 1 }, module: 'q = "big" { input.n > 10 } else { input.n == 1 }', is: true },
  // partial sets and objects
  { name: 'a partial set', query: 's', module: 's[x] { x := [3, 1, 2, 1][_] }', is: [1, 2, 3] },
  { name: 'a partial set without any member is empty, not undefined', query: 's', module: 's[x] { x := 1; x == 2 }', is: [] },
  { name: 'a member of a partial set', query: 's["b"]', module: 's[x] { x := ["a", "b"][_] }', is: 'b' },
  { name: 'not a member', query: 's["z"]', module: 's[x] { x := ["a", "b"][_] }' },
  { name: 'a partial object', query: 'o', module: 'o[k] = v { v := {"a": 1, "b": 2}[k] }', is: { a: 1, b: 2 } },
  { name: 'a partial object with :=', query: 'o', module: 'o[k] := v { some i; v := ["x", "y"][i]; k := sprintf("k%d", [i]) }', is: { k0: 'x', k1: 'y' } },
  { name: 'a constant member of a partial object', query: 'o', module: 'o["a"] = 1\no["b"] = 2', is: { a: 1, b: 2 } },
  { name: 'a constant member of a partial set', query: 's', module: 's["a"]\ns["b"] { true }', is: ['a', 'b'] },
  { name: 'a key with a dot is a member of a set', query: 's', module: 's.x { true }', is: ['x'] },
  { name: 'a partial set of objects', query: 's', module: 's[{"n": x}] { x := [1, 2][_] }', is: [{ n: 1 }, { n: 2 }] },
  // functions
  { name: 'a function', query: 'q', module: 'double(x) = y { y := x * 2 }\nq = double(21)', is: 42 },
  { name: 'a function without a value is true', query: 'q', module: 'even(x) { x % 2 == 0 }\nq { even(4) }', is: true },
  { name: 'a function with several definitions', query: 'q', module: 'kind(x) = "n" { is_number(x) }\nkind(x) = "s" { is_string(x) }\nq = [kind(1), kind("a")]', is: ['n', 's'] },
  { name: 'an argument that is a pattern', query: 'q', module: 'first([x, _]) = x\nq = first(["a", "b"])', is: 'a' },
  { name: 'a constant argument', query: 'q', module: 'f("a") = 1\nf("b") = 2\nq = f("b")', is: 2 },
  { name: 'else in a function', query: 'q', module: 'f(x) = "big" { x > 10 } else = "small"\nq = [f(11), f(1)]', is: ['big', 'small'] },
  { name: 'an undefined function makes the rule undefined', query: 'q', module: 'f(x) = 1 { x > 10 }\nq = f(1)' },
  { name: 'the result as a last argument', query: 'q', module: 'q = x { count([1, 2, 3], x) }', is: 3 },
  // iteration
  { name: 'an index variable joins two arrays', query: 'q', module: 'q[y] { x := ["a", "b"]; z := ["c", "d"]; x[i] == "b"; y := z[i] }', is: ['d'] },
  { name: 'an underscore is new each time', query: 'q', data: { a: [1, 2] }, module: 'q = [x, y] { x := count([1 | data.a[_]]); y := count([1 | data.a[_] == data.a[_]]) }', is: [2, 2] },
  { name: 'some declares a local variable', query: 'q', data: { a: [1, 2, 3] }, module: 'i = 1\nq[i] { some i; data.a[i] == 3 }', is: [2] },
  { name: 'a global name is not iterated', query: 'q', data: { a: [1, 2, 3] }, module: 'i = 1\nq = data.a[i]', is: 2 },
  { name: 'keys of an object', query: 'q', module: 'q[k] { {"a": 1, "b": 2}[k] }', is: ['a', 'b'] },
  { name: 'references reach through arrays and objects', query: 'q', data: { s: [{ n: 'x', p: [1, 2] }, { n: 'y', p: [2] }] }, module: 'q[n] { data.s[i].p[_] == 2; n := data.s[i].n }', is: ['x', 'y'] },
  // comprehensions
  { name: 'an array comprehension keeps order', query: 'q', module: 'q = [y | x := [3, 1, 2][_]; y := x * 2]', is: [6, 2, 4] },
  { name: 'a set comprehension', query: 'q', module: 'q = {x | x := [1, 1, 2][_]}', is: [1, 2] },
  { name: 'an object comprehension', query: 'q', module: 'q = {k: v | v := {"a": 1, "b": 2}[k]}', is: { a: 1, b: 2 } },
  { name: 'a comprehension reads variables from outside', query: 'q', module: 'q[c] { x := [1, 2, 3][_]; c := count([y | y := [1, 2, 3][_]; y < x]) }', is: [0, 1, 2] },
  // negation, equality
  { name: 'not of undefined holds', query: 'q', input: {}, module: 'q { not input.a }', is: true },
  { name: 'not of false holds', query: 'q', input: { a: false }, module: 'q { not input.a }', is: true },
  { name: 'for all, by a negated helper', query: 'q', input: [1, 2, 3], module: 'small { input[_] < 2 }\nq { not small }' },
  { name: 'unification binds both ways', query: 'q', module: 'q = [x, y] { [x, "b"] = ["a", y] }', is: ['a', 'b'] },
  { name: 'unification of objects', query: 'q', module: 'q = x { {"a": x} = {"a": 7} }', is: 7 },
  { name: 'a comparison orders types', query: 'q', module: 'q = [null < false, true < 0, 1 < "", "z" < [], [] < {}]', is: [true, true, true, true, true] },
  { name: 'literals are put in order', query: 'q', module: 'q { y > 1; y = x + 1; x = 1 }', is: true },
  { name: 'a body on several lines', query: 'q', module: 'q {\n  1 == 1\n  2 == 2\n}', is: true },
  // documents and imports
  { name: 'an import of data', query: 'q', data: { servers: ['a', 'b'] }, module: 'import data.servers\nq = servers[1]', is: 'b' },
  { name: 'an import of input with an alias', query: 'q', input: { a: { b: 1 } }, module: 'import input.a as thing\nq = thing.b', is: 1 },
  { name: 'with replaces input', query: 'q', module: 'a { input.x == 1 }\nq { a with input as {"x": 1} }', is: true },
  { name: 'with replaces a part of data', query: 'q', data: { x: { y: 1 } }, module: 'a = data.x.y\nq = [v, a] { v := a with data.x.y as 2 }', is: [2, 1] },
  { name: 'the word if is a name', query: 'q', module: 'if = 3\nq = if', is: 3 },
  { name: 'the word in is a name', query: 'q', module: 'q = in { in := 4 }', is: 4 },
  { name: 'contains is a builtin', query: 'q', module: 'q { contains("haystack", "st") }', is: true },
  { name: 'future.keywords.in', query: 'q', module: 'import future.keywords.in\nq { 2 in [1, 2] }', is: true },
  { name: 'future.keywords.every', query: 'q', module: 'import future.keywords.every\nq { every x in [1, 2] { x > 0 } }', is: true },
  { name: 'future.keywords.contains', query: 'q', module: 'import future.keywords.contains\nq contains 1\nq contains 2', is: [1, 2] },
  { name: 'future.keywords.if', query: 'q', module: 'import future.keywords.if\nq = 1 if true', is: 1 },
  { name: 'p[x] if is an object, whose value is true', query: 'q', module: 'import future.keywords.if\nq[x] if { x := "a" }', is: { a: true } },
  { name: 'import rego.v1 makes v1 of the file', query: 'q', module: 'import rego.v1\nq contains x if { some x in [1, 2] }', is: [1, 2] },
  { name: 'a raw string', query: 'q', module: 'q = `a\\n"b"`', is: 'a\\n"b"' },
  { name: 'an empty set and set()', query: 'q', module: 'q = [count(set()), count({1, 1})]', is: [0, 1] },
  { name: 'sets: union, intersection, difference', query: 'q', module: 'q = [{1, 2} | {3}, {1, 2} & {2, 3}, {1, 2} - {2}]', is: [[1, 2, 3], [2], [1]] },
  { name: 'numbers: exact beyond 2^53', query: 'q', module: 'q = 9007199254740993 + 1', is: 9007199254740994n },
  { name: 'an error of a builtin makes the literal undefined', query: 'q', module: 'q = 1 { 1 / 0 }' },
  { name: 'a rule over a JSON document in a string', query: 'q', input: { policy: '{"Statement":[{"Action":"*"}]}' }, module: 'q[a] { a := json.unmarshal(input.policy).Statement[_].Action }', is: ['*'] },
]
