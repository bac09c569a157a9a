/** Everything that is bound, measured in one go and at the same time. Called after plan, and again before apply: the same code, so that equal things compare equal. */
import { hashRunnable } from '../binary/identity.ts'
import { measureVariables } from '../freeze/freeze.ts'
import { unboundVariables } from '../freeze/variables.ts'
import { readPlanFile } from '../planfile/read.ts'
import type { PrivateFile } from '../planfile/private-file.ts'
import type { Prepared } from '../prepare.ts'
import type { Measured } from '../shape.ts'
import { measureBackend } from './backend.ts'
import { overriddenProviders } from './cli-configuration.ts'
import { measureProviders } from './providers.ts'
import { measureTree } from './tree.ts'

export type Measurement = { readonly measured: Measured; readonly stateFile: string | undefined }

/** Throws EngineError `plan_unreadable`, `plan_not_local`, `modules_unreadable`. */
export async function measure(prepared: Prepared, file: PrivateFile): Promise<Measurement> {
  const { frozen, program, version, data } = prepared
  const { directory, environment } = frozen
  const facts = readPlanFile(file.read())
  const { backend, stateFile } = measureBackend(facts.backend, environment, directory)
  const [{ tree, unbound }, { providers, unbound: unread }, binary] = await Promise.all([
    measureTree({ directory, data, ownState: stateFile }),
    measureProviders(directory, data),
    hashRunnable(program),
  ])
  const notBound = [...unbound, ...unread, ...unboundVariables(environment), ...overriddenProviders(environment)]
  // A version manager's script: its bytes are bound, the program that it starts is not.
  if (binary.script) notBound.push('engine')
  return {
    stateFile,
    measured: {
      planFile: facts.digest,
      state: facts.state,
      engine: { ...version, binary: binary.digest },
      providers,
      tree,
      arguments: [...frozen.applyArguments],
      variables: measureVariables(frozen),
      backend,
      unbound: [...new Set(notBound)].sort(),
    },
  }
}
