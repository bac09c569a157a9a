/**
 * The tree of HCL's native syntax and of its JSON syntax. Plain objects, told apart by `kind`; every node has `start` and `end`, offsets in
 * UTF-16 units into `Source.text`, end exclusive. Lines, columns and byte offsets are computed on demand by `Source`, so a node costs two
 * integers. Children lie within their parent and, in source order, do not overlap. Spaces, comments and punctuation are not nodes:
 * `print` finds them in the gaps; comments also stand in `File.comments`.
 *
 * How each expression is evaluated (hashicorp/hcl, hclsyntax/spec.md, "Expressions"; errors and unknown values are the evaluator's own):
 *
 * | kind | value |
 * |---|---|
 * | `number`, `bool`, `null` | the literal; a number from its `lexeme`, never through a double |
 * | `string` | `value`: a quoted string or heredoc in which nothing is interpolated; escapes, flush and strip markers are done. Not yet normalised to NFC |
 * | `template` | its parts, each converted to string, joined; never without a sequence (that is a `string`) |
 * | `wrap` | `"${x}"` alone: the value of `part.value` as it is, without conversion to string |
 * | `traversal` | the variable `name` (a root: `var`, `local`, a for-variable), then `steps` in order |
 * | `relative` | `from`, then `steps` in order |
 * | `index` | `from` indexed by the value of `key` (constant keys are steps) |
 * | `splat` | `from` null: empty tuple; neither list, set nor tuple: treated as a tuple of one; then `each` once an element, with the nearest `item` bound to it |
 * | `item` | the element of the innermost splat whose `each` is being evaluated (its `from` is evaluated outside) |
 * | `call` | function `name` (`a::b::c` with its namespaces, no spaces) of `args`; with `expand`, the last is a list, tuple or set of further arguments |
 * | `conditional` | `condition` as bool, then one branch; both types are unified |
 * | `binary`, `unary` | operators as written; `&&` and `\|\|` do not short-circuit in their types |
 * | `tuple`, `object` | constructors. Object keys: a `name` is its own text as a string; a `traversal` with steps is an error ("ambiguous attribute key"); else the value, as string |
 * | `for-tuple`, `for-object` | one result an element for which `condition` (if any) is true; `key`/`value` variables bound; `group` collects values of equal keys in tuples |
 * | `parentheses` | `value` |
 * | `error` | could not be parsed (a diagnostic says why): unknown, of unknown type |
 *
 * Template parts: `text` is its `value` (strip markers and flush done); `interpolation` its value as string; `template-if` the parts of one
 * branch, joined, or "" when there is no else; `template-for` its parts joined once an element.
 */
import type { Source } from './source.ts'

/** What all nodes have: a kind, and a range of UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A native file: `body` spans the whole text, byte order mark included. */
export interface File extends Span {
  readonly kind: 'file'
  readonly source: Source
  readonly body: Body
  readonly comments: readonly Comment[]
}

/** A file of the JSON syntax. `value` is an `error` when no JSON could be read at all. */
export interface JsonFile extends Span {
  readonly kind: 'json-file'
  readonly source: Source
  readonly value: JsonValue
  readonly body: JsonBody
}

/** An expression or a template that stands alone, with its own source. */
export interface Fragment extends Span {
  readonly kind: 'fragment'
  readonly source: Source
  readonly value: Expression
  readonly comments: readonly Comment[]
}

/** `#`, `//` (both without their newline) or a block comment, as in the source. */
export interface Comment extends Span {
  readonly kind: 'comment'
}

// ---- structure (spec.md, "Structural Elements") ----

/** Arguments and blocks in source order. A block's body spans its braces. */
export interface Body extends Span {
  readonly kind: 'body'
  readonly items: readonly BodyItem[]
}

/** What could stand in a body. An `error` is a stretch that was skipped on recovery. */
export type BodyItem = Attribute | Block | ErrorNode

/** `name = value`. The name's range is `start` to `nameEnd` (in JSON with its quotes). */
export interface Attribute extends Span {
  readonly kind: 'attribute'
  readonly name: string
  readonly nameEnd: number
  readonly value: Expression
}

/** `type "label" { ... }`. The type's range is `start` to `typeEnd`; `end` is behind the closing brace. */
export interface Block extends Span {
  readonly kind: 'block'
  readonly type: string
  readonly typeEnd: number
  readonly labels: readonly Label[]
  readonly body: AnyBody
}

/** A block's label: an identifier, or a quoted string (then the range has its quotes, and `value` is decoded). */
export interface Label extends Span {
  readonly kind: 'label'
  readonly value: string
}

/** A native body, or a JSON value still to be read against a schema: `content(body, schema)` reads both alike. */
export type AnyBody = Body | JsonBody

// ---- expressions ----

/** Every expression, by `kind`. */
export type Expression =
  | NumberLiteral
  | BoolLiteral
  | NullLiteral
  | StringLiteral
  | Template
  | Wrap
  | Traversal
  | Relative
  | Index
  | Splat
  | Item
  | Call
  | Conditional
  | Binary
  | Unary
  | Tuple
  | ObjectExpression
  | ForTuple
  | ForObject
  | Parentheses
  | ErrorNode

/** A number as written: decimal digits, perhaps a fraction and an exponent; never signed in the native syntax. */
export interface NumberLiteral extends Span {
  readonly kind: 'number'
  readonly lexeme: string
}

/** `true` or `false`. */
export interface BoolLiteral extends Span {
  readonly kind: 'bool'
  readonly value: boolean
}

/** `null`. */
export interface NullLiteral extends Span {
  readonly kind: 'null'
}

/** A quoted string or heredoc without any sequence: `value` is what it means. Which of both it is, the character at `start` says. */
export interface StringLiteral extends Span {
  readonly kind: 'string'
  readonly value: string
}

/** A quoted string or heredoc with sequences (spec.md, "Templates"). */
export interface Template extends Span {
  readonly kind: 'template'
  readonly parts: readonly TemplatePart[]
}

/** A template that is one interpolation and nothing else: it means that expression, whatever its type ("Template Interpolation Unwrapping"). */
export interface Wrap extends Span {
  readonly kind: 'wrap'
  readonly part: Interpolation
}

/** A variable and what is taken of it by constant steps: `a`, `a.b`, `a["b"].c`, `a.0`. The root's range is `start` to `rootEnd`. */
export interface Traversal extends Span {
  readonly kind: 'traversal'
  readonly name: string
  readonly rootEnd: number
  readonly steps: readonly Step[]
}

/** Constant steps into the value of another expression: `f(x).b[0]`. */
export interface Relative extends Span {
  readonly kind: 'relative'
  readonly from: Expression
  readonly steps: readonly Step[]
}

/** One step of a traversal; its range has the dot or the brackets. */
export type Step = GetAttribute | GetIndex

/** `.name`; the name's own range is the last `name.length` units. */
export interface GetAttribute extends Span {
  readonly kind: 'get-attribute'
  readonly name: string
}

/** `["key"]`, `[0]`, or the old form `.0` (`legacy`). */
export interface GetIndex extends Span {
  readonly kind: 'get-index'
  readonly key: StringLiteral | NumberLiteral
  readonly legacy: boolean
}

/** `from[key]` with a key that has to be evaluated. */
export interface Index extends Span {
  readonly kind: 'index'
  readonly from: Expression
  readonly key: Expression
}

/** `from[*]...` (`full`), or `from.*...`, which takes attributes and old-form indices only. `each` is built upon an `item`. */
export interface Splat extends Span {
  readonly kind: 'splat'
  readonly from: Expression
  readonly full: boolean
  readonly each: Expression
}

/** The element within a splat's `each`. Its range is that of the splat's marker (`.*` or `[*]`). */
export interface Item extends Span {
  readonly kind: 'item'
}

/** `name(args)`, `ns::name(args...)`. The name's range is `start` to `nameEnd`. */
export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly nameEnd: number
  readonly args: readonly Expression[]
  readonly expand: boolean
}

/** `condition ? whenTrue : whenFalse`; associates to the right. */
export interface Conditional extends Span {
  readonly kind: 'conditional'
  readonly condition: Expression
  readonly whenTrue: Expression
  readonly whenFalse: Expression
}

/** The binary operators, the weakest first: `||`; `&&`; `==` `!=`; `<` `>` `<=` `>=`; `+` `-`; `*` `/` `%`. All associate to the left. */
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<' | '>' | '<=' | '>=' | '+' | '-' | '*' | '/' | '%'

/** `left operator right`. */
export interface Binary extends Span {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

/** `-operand` or `!operand`. */
export interface Unary extends Span {
  readonly kind: 'unary'
  readonly operator: '-' | '!'
  readonly operand: Expression
}

/** `[a, b]`. */
export interface Tuple extends Span {
  readonly kind: 'tuple'
  readonly items: readonly Expression[]
}

/** `{ a = 1, "b" : 2, (c) = 3 }`. */
export interface ObjectExpression extends Span {
  readonly kind: 'object'
  readonly items: readonly ObjectItem[]
}

/** One pair of an object constructor. */
export interface ObjectItem extends Span {
  readonly kind: 'object-item'
  readonly key: ObjectKey
  readonly value: Expression
}

/** A bare identifier is a `name`, keywords such as `true` among them; everything else is evaluated, `(a)` included. */
export type ObjectKey = Name | Expression

/** An identifier that is not looked up: a bare key, the variables of a for. */
export interface Name extends Span {
  readonly kind: 'name'
  readonly name: string
}

/** `[for k, v in collection : value if condition]`. */
export interface ForTuple extends Span {
  readonly kind: 'for-tuple'
  readonly keyName: Name | null
  readonly valueName: Name
  readonly collection: Expression
  readonly value: Expression
  readonly condition: Expression | null
}

/** `{for k, v in collection : key => value... if condition}`; `group` is the `...`. */
export interface ForObject extends Span {
  readonly kind: 'for-object'
  readonly keyName: Name | null
  readonly valueName: Name
  readonly collection: Expression
  readonly key: Expression
  readonly value: Expression
  readonly group: boolean
  readonly condition: Expression | null
}

/** `(value)`. */
export interface Parentheses extends Span {
  readonly kind: 'parentheses'
  readonly value: Expression
}

/** Something that could not be read; at least one diagnostic lies within or at its range. */
export interface ErrorNode extends Span {
  readonly kind: 'error'
}

// ---- template parts (spec.md, "Templates") ----

/** What a template is made of, in order. */
export type TemplatePart = Text | Interpolation | TemplateIf | TemplateFor

/** Literal text. `value` is decoded, after strip markers and flush; the range is what it was read from, so it may be longer. */
export interface Text extends Span {
  readonly kind: 'text'
  readonly value: string
}

/** `${value}`; `~` at either end has already been applied to the neighbouring text. */
export interface Interpolation extends Span {
  readonly kind: 'interpolation'
  readonly value: Expression
  readonly stripLeft: boolean
  readonly stripRight: boolean
}

/** `%{ if condition }...%{ else }...%{ endif }`; `whenFalse` is null without an else. `markers` are the directives themselves, in order. */
export interface TemplateIf extends Span {
  readonly kind: 'template-if'
  readonly condition: Expression
  readonly whenTrue: readonly TemplatePart[]
  readonly whenFalse: readonly TemplatePart[] | null
  readonly markers: readonly Directive[]
}

/** `%{ for k, v in collection }...%{ endfor }`. */
export interface TemplateFor extends Span {
  readonly kind: 'template-for'
  readonly keyName: Name | null
  readonly valueName: Name
  readonly collection: Expression
  readonly parts: readonly TemplatePart[]
  readonly markers: readonly Directive[]
}

/** One `%{...}` with its strip markers; conditions and collections are nodes within its range. */
export interface Directive extends Span {
  readonly kind: 'directive'
  readonly word: 'if' | 'else' | 'endif' | 'for' | 'endfor'
  readonly stripLeft: boolean
  readonly stripRight: boolean
}

// ---- the JSON syntax (json/spec.md): what a value means depends on the schema that asks ----

/** A JSON value as written. `expressionOf(value, source)` makes the expression of it: strings are templates, objects and arrays constructors. */
export type JsonValue = JsonObject | JsonArray | JsonString | JsonNumber | JsonKeyword | ErrorNode

/** `{...}`; the same name may occur more than once. */
export interface JsonObject extends Span {
  readonly kind: 'json-object'
  readonly members: readonly JsonMember[]
}

/** `"name": value`; the name's range, with its quotes, is `start` to `nameEnd`. */
export interface JsonMember extends Span {
  readonly kind: 'json-member'
  readonly name: string
  readonly nameEnd: number
  readonly value: JsonValue
}

/** `[...]`. */
export interface JsonArray extends Span {
  readonly kind: 'json-array'
  readonly items: readonly JsonValue[]
}

/** A string, its escapes decoded. */
export interface JsonString extends Span {
  readonly kind: 'json-string'
  readonly value: string
}

/** A number as written, perhaps with a sign. */
export interface JsonNumber extends Span {
  readonly kind: 'json-number'
  readonly lexeme: string
}

/** `true`, `false` or `null`. */
export interface JsonKeyword extends Span {
  readonly kind: 'json-keyword'
  readonly value: boolean | null
}

/** A JSON value in the place of a body: an object, or an array of objects which count as one. */
export interface JsonBody extends Span {
  readonly kind: 'json-body'
  readonly source: Source
  readonly value: JsonValue
}

/** Any node of the native tree. */
export type Node = File | Fragment | Body | BodyItem | Label | Expression | ObjectItem | Name | Step | TemplatePart | Directive | Comment
