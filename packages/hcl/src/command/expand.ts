/** `hcl expand`: resource instances with what is known of them. */
import { UsageError, type Words } from './words.ts'

/** The command. */
export function expand({ flags, rest }: Words): number {
  const [directory, ...more] = rest
  if (directory === undefined || more.length > 0) throw new UsageError('Which directory? One, please.')
  if (!flags.has('json')) throw new UsageError('The only form is --json.')
  throw new Error('expanding a configuration is not built yet')
}
