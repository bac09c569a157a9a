/**
 * Why the ledger does not start, or cannot be written: a closed set, and for each start-up case what it is and
 * what to do. docs/operations/ledger.md says the same at length; a test compares the names.
 */
export type StartAction = 'start' | 'sign' | 'repair' | 'stop'

export type StartCase = { action: StartAction; what: string; next: string }

export const startCases = {
  fresh: { action: 'start', what: 'There is no ledger yet.', next: 'It is begun, with a key of its own.' },
  equal: { action: 'start', what: 'Database, tree and newest checkpoint agree.', next: '' },
  ahead: { action: 'sign', what: 'The database has leaves that no checkpoint covers yet, as after a crash.', next: 'A new checkpoint is signed.' },
  unsigned: { action: 'sign', what: 'No checkpoint was ever signed.', next: 'The first one is signed.' },
  folder_behind: { action: 'repair', what: 'The newest checkpoint of the database is not in the folder, and the tree agrees with it.', next: 'It is written into the folder.' },
  table_behind: { action: 'repair', what: 'The newest checkpoint in the folder is not in the database, and the tree agrees with it, as after a crash.', next: 'It is written into the database.' },
  database_missing: { action: 'stop', what: 'The folder holds checkpoints, but the database has no ledger.', next: 'Restore the database that belongs to this data folder. To begin anew, use a new, empty data folder.' },
  database_behind: { action: 'stop', what: 'The database is older than a checkpoint that was signed: it was rolled back, or its end was cut off.', next: 'Restore the newest backup of the database: whoever saw the newer checkpoint would find a contradiction, and would be right.' },
  history_rewritten: { action: 'stop', what: 'The tree in the database contradicts a checkpoint that was signed.', next: 'Leaves were replaced. Keep the folder as evidence, find out who could write the database, and restore the newest backup that agrees.' },
  leaf_changed: { action: 'stop', what: 'A leaf is not what was hashed when it was appended.', next: 'Keep the folder as evidence, find out who could write the database, and restore the newest backup.' },
  leaf_missing: { action: 'stop', what: 'Leaves are missing, or there are more than the tree has.', next: 'Keep the folder as evidence, find out who could write the database, and restore the newest backup.' },
  tree_damaged: { action: 'stop', what: 'The stored tree is not the tree of the leaves.', next: 'Restore the newest backup of the database.' },
  key_missing: { action: 'stop', what: 'The key that signs checkpoints is gone.', next: 'Restore keys/ledger.pem from the backup that belongs to this database. A new key is never made in its place.' },
  key_mismatch: { action: 'stop', what: 'The key in the keyring is not the one this ledger signs with.', next: 'Restore the keys/ledger.pem that belongs to this database.' },
  instance_mismatch: { action: 'stop', what: 'The ledger belongs to another instance than the database says it is.', next: 'Put back the database that belongs to this data folder.' },
  checkpoint_invalid: { action: 'stop', what: 'A stored checkpoint cannot be read, or its signature does not hold.', next: 'Restore it from a backup, or move it out of the folder if another one covers as much.' },
  checkpoint_foreign: { action: 'stop', what: 'A checkpoint in the folder belongs to another instance.', next: 'Move it out of the folder, and look for how it came there.' },
} as const satisfies Record<string, StartCase>

export type StartCode = keyof typeof startCases
export type LedgerErrorCode = StartCode | 'ledger_unavailable' | 'not_in_ledger' | 'entry_invalid'

export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** `where` names the leaf, file or row. */
export function stopped(code: StartCode, where: string): LedgerError {
  const { what, next } = startCases[code]
  return new LedgerError(code, `The ledger does not start. ${what}${where === '' ? '' : ` (${where})`} ${next}`)
}
