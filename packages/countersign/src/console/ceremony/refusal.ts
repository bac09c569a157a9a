/**
 * Why this page will not offer, or will not use, the button: what it computed itself is not what the server said.
 * A closed set. None of these can be clicked away; denying stays possible.
 */
const words = {
  subject_unreadable: 'The statement is not in the one form that may be signed.',
  subject_differs: 'The statement does not have the digest that the server names.',
  code_differs: 'The statement does not belong to this code.',
  kind_differs: 'The statement is of another kind than the server says.',
  requester_differs: 'The statement names another person as the one who asks than the server does.',
  plan_differs: 'The plan that the server sent is not the plan that would be signed.',
  plan_unreadable: 'The plan cannot be read, so this page cannot show what would happen.',
  counts_differ: 'The statement counts other changes than the plan holds.',
  policy_differs: 'The policy text that the server sent is not the text that would be signed.',
  envelope_unreadable: 'The server asked for a signature in a form that this page does not know.',
  envelope_differs: 'The server asked for a signature in another name, place or part than this page shows.',
  challenge_differs: 'The server asked your key to sign something else than this page shows.',
  key_differs: 'The statement names another key than the one that was just made.',
} as const

export type RefusalCode = keyof typeof words

export class Refusal extends Error {
  readonly code: RefusalCode
  /** What was compared, for the person who looks into it. */
  readonly facts: { label: string; value: string }[]

  constructor(code: RefusalCode, facts: { label: string; value: string }[] = [], options?: { cause?: unknown }) {
    super(words[code], options)
    this.name = 'Refusal'
    this.code = code
    this.facts = facts
  }
}
