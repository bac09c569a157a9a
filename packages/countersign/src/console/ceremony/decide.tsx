/**
 * The decision: two buttons of one size, one colour and one weight. Saying no must be as easy as saying yes, so denying
 * asks once more in the same place, and the way back is there.
 */
import { parseCode } from '@countersign/proof'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from '../api/problem.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Notice, ProblemNotice } from '../parts/notice.tsx'
import { Unseen } from './unseen.tsx'

export type Busy = 'no' | 'signing' | 'denying'

type DecideProps = {
  mustType: boolean
  /** The page's own checks failed: only the way out is offered. */
  refused: boolean
  code: string
  busy: Busy
  problem: Problem | null
  onCountersign: (typed: string | null) => void
  /** A code of an authenticator app counts here. */
  byCode: ((typed: string | null, totp: string) => void) | null
  onDeny: (report: boolean) => void
  children?: ComponentChildren
}

export function Decide({ mustType, refused, code, busy, problem, onCountersign, byCode, onDeny, children }: DecideProps) {
  const [denying, setDenying] = useState(false)
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  const [totp, setTotp] = useState('')

  const sign = (): void => {
    if (!mustType) return onCountersign(null)
    if (!sameCode(typed, code)) return setWrong(true)
    onCountersign(code)
  }

  return (
    <section id="decide" class="decide" aria-label="Your decision" tabIndex={-1}>
      <div class="decide-top">
        {children}
        {!refused && !denying && <Unseen />}
      </div>
      {problem !== null && <ProblemNotice problem={problem} />}
      <div aria-live="polite" class="decide-status">{busy === 'signing' ? 'Your browser asks for your key. Touch it to countersign.' : ''}</div>
      {denying ? (
        <ConfirmDenial busy={busy === 'denying'} onDeny={onDeny} onBack={() => setDenying(false)} />
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); if (busy === 'no' && !refused) sign() }}>
          {mustType && !refused && <TypeCode typed={typed} wrong={wrong} onTyped={(value) => { setTyped(value); setWrong(false) }} />}
          <div class="actions equal">
            {!refused && <Button submit icon="key" busy={busy !== 'no'}>{busy === 'signing' ? 'Waiting for your key' : 'Countersign'}</Button>}
            <Button icon="hand" busy={busy === 'denying'} onPress={() => setDenying(true)}>I didn't ask for this</Button>
          </div>
        </form>
      )}
      {!denying && !refused && byCode !== null && (
        <details class="by-code">
          <summary>Countersign with a code instead</summary>
          <form onSubmit={(event) => {
            event.preventDefault()
            if (busy !== 'no' || totp.trim() === '') return
            if (mustType && !sameCode(typed, code)) return setWrong(true)
            byCode(mustType ? code : null, totp.trim())
          }}>
            <Field label="Code of your authenticator app" value={totp} onValue={setTotp} digits maxLength={6} autoComplete="one-time-code" help="The evidence will say that it is this server's word, and not your signature." />
            <div class="actions"><Button look="plain" submit busy={busy !== 'no'}>Countersign with this code</Button></div>
          </form>
        </details>
      )}
    </section>
  )
}

function sameCode(typed: string, code: string): boolean {
  try {
    return parseCode(typed) === parseCode(code)
  } catch {
    return false
  }
}

function TypeCode({ typed, wrong, onTyped }: { typed: string; wrong: boolean; onTyped: (value: string) => void }) {
  return (
    <div class="type-code">
      <Field label="Type the code from your terminal" value={typed} onValue={onTyped} code placeholder="XXXX-XXXX-XXXX" maxLength={20} invalid={wrong} />
      {wrong && <Notice tone="red" alert title="This is not the code of this request."><p>Compare it with your terminal, letter by letter.</p></Notice>}
    </div>
  )
}

function ConfirmDenial({ busy, onDeny, onBack }: { busy: boolean; onDeny: (report: boolean) => void; onBack: () => void }) {
  const [report, setReport] = useState(true)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <div class="confirm-denial appear">
      <h2 ref={heading} tabIndex={-1}>Deny this request?</h2>
      <p class="quiet small">It ends for everybody and cannot be opened again.</p>
      <label class="check">
        <input type="checkbox" checked={report} onChange={(event) => setReport(event.currentTarget.checked)} />
        <span>Report it: somebody may be using my sign-in</span>
      </label>
      <div class="actions equal">
        <Button icon="hand" busy={busy} onPress={() => onDeny(report)}>{report ? 'Deny and report' : 'Deny'}</Button>
        <Button look="plain" onPress={onBack}>Back</Button>
      </div>
    </div>
  )
}
