/** The refusals of the members door: a closed set. */
import { CodedError } from '../../platform/coded-error.ts'

export type MemberErrorCode = 'member_not_found' | 'member_has_keys' | 'role_unknown' | 'scope_invalid' | 'role_held' | 'role_not_held' | 'last_owner' | 'not_yours_to_change' | 'recovery_not_open' | 'recovery_open' | 'recovery_needless'

export class MemberError extends CodedError<MemberErrorCode> {}
