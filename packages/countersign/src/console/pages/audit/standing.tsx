/**
 * What is known of the log as a whole, before any entry of it: who signed it, and whether it still begins with what this browser saw before.
 * Sound, it is a line; unsound, it is the first thing on the page, with what it means and what to do.
 */
import { Button, Command } from '../../parts/button.tsx'
import { Digest } from '../../parts/code.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Notice } from '../../parts/notice.tsx'
import { counted } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago } from '../../parts/time.tsx'
import { acceptHistory, acceptKeys, isSound, type Standing } from './load.ts'

export function StandingCard({ standing }: { standing: Standing }) {
  const { head, note, signed, pinned, firstKeys, continued, before } = standing
  return (
    <section class={isSound(standing) ? 'log-standing' : 'log-standing unsound'} aria-label="The log as a whole">
      <ul>
        <li><SignedState signed={signed} /><span>{counted(head.size, 'entry', 'entries')}, {signed === 'signed' && firstKeys ? 'signed with the key that this server names; this browser keeps it from now on' : signedWords[signed]}.</span></li>
        {continued !== 'broken' && <li><span class="state green"><Icon name="check" size={16} />{continued === 'first' ? 'Kept' : 'Continued'}</span><span>{continuedWords(continued, before)}</span></li>}
      </ul>
      <details class="more">
        <summary>The checkpoint, and how to check it elsewhere</summary>
        <dl class="facts tight-stack checkpoint">
          <dt>Root</dt><dd><Digest of={head.root} /></dd>
          <dt>Signed by</dt><dd class="digest">{pinned.keys.map((key) => <span key={key} class="sub"><Text of={key} /></span>)}</dd>
        </dl>
        <pre class="text-block" tabIndex={0} aria-label="The signed checkpoint"><Text of={note} lines /></pre>
        <p class="quiet small">A terminal that pinned this server asks it to prove the whole log, against what it saw before:</p>
        <Command of={`countersign audit verify --server ${location.origin}`} />
        <p class="quiet small after-command">On the server's own computer, every entry is computed again, and so is what the search finds entries by:</p>
        <Command of="countersign audit verify" />
      </details>
    </section>
  )
}

const signedStates = {
  signed: { tone: 'green', icon: 'check', word: 'Signed' },
  'not-signed': { tone: 'red', icon: 'stop', word: 'Not signed' },
  'other-key': { tone: 'red', icon: 'stop', word: 'Another key' },
  unable: { tone: 'amber', icon: 'question', word: 'Not checked' },
} as const

function SignedState({ signed }: Pick<Standing, 'signed'>) {
  const { tone, icon, word } = signedStates[signed]
  return <span class={`state ${tone}`}><Icon name={icon} size={16} />{word}</span>
}

const signedWords = {
  signed: 'signed with the key that this browser knows',
  'not-signed': 'but the signature does not hold',
  'other-key': 'but signed with a key that this browser does not know',
  unable: 'but this browser cannot check signatures of this kind (Ed25519): a newer one can',
} as const

function continuedWords(continued: Standing['continued'], before: Standing['before']) {
  if (before === null || continued === 'first') return <>This browser remembers this checkpoint now, and compares the next one with it.</>
  return <>It still begins with what this browser saw before: {counted(before.size, 'entry', 'entries')}{before.at > 0 && <>, <Ago at={new Date(before.at).toISOString()} /></>}.</>
}

export function StandingAlarm({ standing, again }: { standing: Standing; again: () => void }) {
  const { signed, continued, before, offered, firstKeys } = standing
  return (
    <>
      {continued === 'broken' && before !== null && (
        <Notice tone="red" alert title="The log no longer contains what this browser saw before.">
          <p>It had {counted(before.size, 'entry', 'entries')} then{before.at > 0 && <>, <Ago at={new Date(before.at).toISOString()} /></>}. History was lost or rewritten. Do not countersign anything here, and keep this browser's record: it is the proof.</p>
          <p>Tell whoever runs this server. They compare with the checkpoints that left it: <code>countersign audit verify --against …</code></p>
          <details class="more"><summary>It was restored from a backup, and its owner told me so</summary>
            <p>Then this browser forgets what it saw, and begins with this log.</p>
            <div class="actions"><Button look="plain" onPress={() => { acceptHistory(); again() }}>Go on with this log</Button></div>
          </details>
        </Notice>
      )}
      {signed === 'not-signed' && (
        <Notice tone="red" alert title="The signature of the log does not hold.">
          <p>What follows is this server's word and nothing more: nothing on this page is proven. Do not countersign anything here. Tell whoever runs this server; on its own computer <code>countersign audit verify</code> says what was changed.</p>
        </Notice>
      )}
      {signed === 'other-key' && (
        <Notice tone="red" alert title={firstKeys ? 'The log is signed with a key that this server does not name as its own.' : 'The log is signed with another key than before.'}>
          <p>Somebody may have put another log in its place: nothing on this page is proven. Do not countersign anything here before an owner has told you, not through this server, that the key was replaced, and read the new one to you.</p>
          {offered !== null && !firstKeys && (
            <details class="more"><summary>The key was replaced, and I have compared it</summary>
              <p>The key that this server shows now:</p>
              {offered.ledgerKeys.map((key) => <p key={key} class="digest"><Text of={key} /></p>)}
              <div class="actions"><Button look="plain" onPress={() => { acceptKeys(offered); again() }}>Know this key from now on</Button></div>
            </details>
          )}
        </Notice>
      )}
    </>
  )
}
