/** Kinds of tokens. One of a single character is that character's code; the others lie above ASCII. */
export const END = 0
export const NEWLINE = 10
export const BANG = 33
export const QUOTE = 34
export const PERCENT = 37
export const OPEN_PAREN = 40
export const CLOSE_PAREN = 41
export const STAR = 42
export const PLUS = 43
export const COMMA = 44
export const MINUS = 45
export const DOT = 46
export const SLASH = 47
export const COLON = 58
export const LESS = 60
export const ASSIGN = 61
export const GREATER = 62
export const QUESTION = 63
export const OPEN_BRACKET = 91
export const CLOSE_BRACKET = 93
export const OPEN_BRACE = 123
export const CLOSE_BRACE = 125
export const NAME = 128
export const NUMBER = 129
export const EQUAL = 130
export const NOT_EQUAL = 131
export const LESS_EQUAL = 132
export const GREATER_EQUAL = 133
export const AND = 134
export const OR = 135
export const ELLIPSIS = 136
export const ARROW = 137
export const SCOPE = 138
/** `~}` */
export const STRIP_CLOSE = 139
/** `<<NAME` or `<<-NAME` with its line's end. */
export const HEREDOC = 140
/** A character, or two halves of one, that begins no token. */
export const INVALID = 141
