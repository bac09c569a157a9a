/** One version: who, when, how; opened, all that is known of it, and what can be asked for it. */
import { formatCode, parseCode } from '@countersign/proof'
import { useState } from 'preact/hooks'
import type { VersionView, WorkspaceView } from '../../api/state-views.ts'
import { Button } from '../../parts/button.tsx'
import { Code, Digest } from '../../parts/code.tsx'
import { Link } from '../../parts/link.tsx'
import { ProblemNotice } from '../../parts/notice.tsx'
import { counted, sizeWords } from '../../parts/size.ts'
import { Text } from '../../parts/text.tsx'
import { Ago, When } from '../../parts/time.tsx'
import { workspacePath } from '../../router.ts'
import { useStateAsk } from './ask.ts'
import { Mark, Who } from './parts.tsx'
import { originWords, statusMark } from './words.ts'

type Props = { one: VersionView; workspace: WorkspaceView; may: boolean; /** The one before it that was kept, where it is listed. */ before: number | null }

export function Version(props: Props) {
  const { one } = props
  const [open, setOpen] = useState(false)
  const mark = statusMark(one)
  return (
    <details class="change entry version" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="version-number">{one.version}</span>
        <span class="row-main">
          <span><Who of={one.person} />, {originWords(one)}</span>
          <span class="row-sub row-line"><Ago at={one.at} /> · {sizeWords(one.size)}{!one.opaque && <> · {counted(one.resources, 'resource')}</>}</span>
        </span>
        {mark !== null && <Mark of={mark} />}
      </summary>
      {open && <div class="change-body"><VersionFacts one={one} /><Links {...props} /><Actions {...props} /></div>}
    </details>
  )
}

export function VersionFacts({ one }: { one: VersionView }) {
  return (
    <dl class="facts tight-stack">
      <dt>When</dt><dd><When at={one.at} /><span class="sub">from <Text of={one.source} /></span></dd>
      {one.why !== '' && <><dt>Set aside</dt><dd>because <Text of={one.why} /></dd></>}
      {one.run !== '' && <><dt>Run</dt><dd><Link to={`/runs/${one.run}`}>the apply that wrote it</Link></dd></>}
      {one.evidence !== '' && <><dt>Countersigned</dt><dd><Evidence code={one.evidence} /></dd></>}
      <dt>Serial</dt><dd>{one.serial}<span class="sub">lineage <code><Text of={one.lineage} /></code></span></dd>
      {one.lock !== '' && <><dt>Lock</dt><dd><span class="digest" title={one.lock}>{short(one.lock)}</span><span class="sub">SHA-256 of the lock that it was written under</span></dd></>}
      <dt>Digest</dt><dd><Digest of={one.digest} /></dd>
      {one.secrets === null && <><dt>Secrets</dt><dd>Still being looked for</dd></>}
      {one.secrets !== null && one.secrets > 0 && <><dt>Secrets</dt><dd>{counted(one.secrets, 'secret')} found in it</dd></>}
      {one.opaque && <><dt>Content</dt><dd>encrypted by its client: nothing of it is known here</dd></>}
      {one.deletedAt !== null && <><dt>{one.status === 'discarded' ? 'Discarded' : 'Deleted'}</dt><dd><When at={one.deletedAt} />{one.destroyAt !== null && <span class="sub">its key is destroyed on <When at={one.destroyAt} /></span>}</dd></>}
    </dl>
  )
}

const short = (digest: string): string => `${digest.slice(0, 4)} ${digest.slice(4, 8)} ... ${digest.slice(-4)}`

function Evidence({ code }: { code: string }) {
  const proper = properCode(code)
  return proper === null ? <code><Text of={code} /></code> : <Link to={`/c/${proper}`}><Code of={proper} /></Link>
}

function properCode(code: string): string | null {
  try {
    return formatCode(parseCode(code))
  } catch {
    return null
  }
}

function Links({ one, workspace, before }: Props) {
  const at = workspacePath(workspace.name)
  if (one.status === 'destroyed') return null
  return (
    <p class="version-links">
      <Link to={`${at}/diff/${before ?? 0}/${one.version}`}>{before === null ? 'All that is in it' : `What it changed, after version ${before}`}</Link>
      {workspace.version > 0 && !one.current && <Link to={`${at}/diff/${workspace.version}/${one.version}`}>Compared with what is current</Link>}
      {one.status === 'quarantined' && <Link to={`${at}/quarantine`}>Decide about it</Link>}
    </p>
  )
}

function Actions({ one, workspace, may }: Props) {
  const { busy, problem, ask } = useStateAsk()
  const wish = { workspace: workspace.name, version: one.version }
  if (!may || one.current || one.status === 'destroyed' || one.status === 'quarantined') return null
  return (
    <>
      <div class="actions">
        {one.status === 'kept' && <Button icon="back" busy={busy} onPress={() => ask({ ...wish, action: 'state.rollback' })}>Go back to version {one.version}</Button>}
        {one.status === 'kept' && <Button look="plain" icon="cross" busy={busy} onPress={() => ask({ ...wish, action: 'state.delete' })}>Delete version {one.version}</Button>}
        {(one.status === 'deleted' || one.status === 'discarded') && <Button icon="back" busy={busy} onPress={() => ask({ ...wish, action: 'state.restore' })}>Restore version {one.version}</Button>}
      </div>
      <p class="quiet small after-command">Each is countersigned, over exactly this version. Going back changes the state only, not the infrastructure.</p>
      {problem !== null && <ProblemNotice problem={problem} />}
    </>
  )
}
