/** The evidence of a run, and how to check it where this server is not. */
import type { RunView } from '../api/views.ts'
import { Command } from '../parts/button.tsx'

export function Evidence({ run }: { run: RunView }) {
  if (run.countersignatures.length === 0) return null
  const file = `evidence-${run.code}.json`
  return (
    <section class="section" aria-labelledby="evidence-title">
      <h2 id="evidence-title">Evidence</h2>
      <p class="quiet">One file that proves who agreed to what, and in which history. It can be checked without this server and without a network, against a trust file that was exported beforehand.</p>
      <p class="actions"><a class="button plain" href={`/api/v1/runs/${run.id}/evidence`} download={file}>Download evidence</a></p>
      <Command of={`countersign verify ${file} --trust trust.json`} />
      <p class="quiet small after-command">The trust file comes from <code>countersign trust export</code>, made before and kept elsewhere.</p>
    </section>
  )
}
