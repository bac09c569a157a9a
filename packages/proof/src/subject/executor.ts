/** Who carries out what was granted: a terminal's key by its thumbprint, a state credential by its id; "" where it is nobody else. */
import { bytes } from '../schema/scalars.ts'
import type { Shape } from '../schema/shape.ts'

const thumbprint = bytes(32)
/** By its length it is no thumbprint, although a thumbprint may begin like one. */
const credential = /^stc_[0-9a-f]{32}$/

export const isStateCredential = (executor: string): boolean => credential.test(executor)

export const executor: Shape<string> = (value, path) =>
  value === '' || (typeof value === 'string' && isStateCredential(value)) ? value : thumbprint(value, path)
