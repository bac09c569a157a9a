/**
 * What a plan file says of itself: the state it was made from, and the backend that an apply of it will write to.
 *
 * Both are taken from the file that is applied, not from the folder around it: `.terraform/terraform.tfstate` can be swapped
 * between plan and apply, and terraform itself would go by the plan file.
 */
import { createHash } from 'node:crypto'
import { EngineError } from '../error.ts'
import type { MeasuredState } from '../shape.ts'
import { decodeMsgpack, type Packed } from './msgpack.ts'
import { messageField } from './protobuf.ts'
import { isZip, readEntry } from './zip.ts'

/** The largest state read out of a plan, in bytes. */
const MAX_STATE = 1024 * 1024 * 1024
const MAX_PLAN = 512 * 1024 * 1024

export type PlanBackend = { type: string; workspace: string; config: { [name: string]: Packed } }
export type PlanFacts = { digest: string; state: MeasuredState; backend: PlanBackend }

/** Throws EngineError `plan_unreadable` or `plan_not_local`. */
export function readPlanFile(bytes: Buffer): PlanFacts {
  if (!isZip(bytes)) throw notAPlan(bytes)
  try {
    return {
      digest: createHash('sha256').update(bytes).digest('hex'),
      state: stateOf(readEntry(bytes, 'tfstate', MAX_STATE)),
      backend: backendOf(readEntry(bytes, 'tfplan', MAX_PLAN)),
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is damaged'
    throw new EngineError('plan_unreadable', `The plan file cannot be read: ${why}. Make the plan again; if it happens again, this version of terraform or tofu writes plans that countersign does not know.`, { cause })
  }
}

function notAPlan(bytes: Buffer): EngineError {
  const text = bytes.subarray(0, 4096).toString('latin1')
  if (text.includes('remote_plan_format')) {
    return new EngineError('plan_not_local', 'This workspace makes its plans at HCP Terraform, not on this machine, so there is no plan file to bind. Set the workspace to local execution, or leave its approvals to HCP Terraform.')
  }
  if (text.includes('encrypted_data')) {
    return new EngineError('plan_unreadable', 'The plan file is encrypted by OpenTofu, so its state and backend cannot be read. Take the `plan` block out of the `encryption` configuration for this run: the file is never stored.')
  }
  return new EngineError('plan_unreadable', 'terraform wrote a plan file that is not a ZIP file. Make the plan again.')
}

function stateOf(bytes: Buffer): MeasuredState {
  const digest = createHash('sha256').update(bytes).digest('hex')
  const state: unknown = JSON.parse(bytes.toString('utf8'))
  if (typeof state !== 'object' || state === null) throw new RangeError('its state is not an object')
  const { lineage, serial } = state as { lineage?: unknown; serial?: unknown }
  if (typeof lineage !== 'string' || !Number.isSafeInteger(serial) || Number(serial) < 0) throw new RangeError('its state has no lineage and serial')
  return { lineage, serial: Number(serial), digest }
}

/** planproto.Plan: field 13 is the backend {1: type, 2: {1: MessagePack of its configuration}, 3: CLI workspace}. */
function backendOf(plan: Buffer): PlanBackend {
  const backend = messageField(plan, 13)
  if (!backend) throw new RangeError('it names no backend')
  const packed = messageField(messageField(backend, 2) ?? Buffer.alloc(0), 1)
  const config = packed ? decodeMsgpack(packed) : {}
  const type = messageField(backend, 1)?.toString('utf8') ?? ''
  if (type === '') throw new RangeError('it names no backend')
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new RangeError('its backend has no configuration')
  return { type, workspace: messageField(backend, 3)?.toString('utf8') ?? 'default', config }
}
