/** What the use cases of codes, passwords and recovery codes work with. */
import type { Tx } from '../../platform/store/store.ts'
import type { Notice } from '../notices/notices.ts'
import type { Room } from '../ports.ts'
import type { Apps } from './apps.ts'
import type { Seeds } from './seeds.ts'

export type CodesRoom = Room & { apps: Apps; seeds: Seeds; tell(tx: Tx, notice: Notice): Promise<void> }
