export type ExportErrorCode =
  /** There is nothing signed to export. */
  | 'checkpoint_missing'
  /** The ledger is not what was signed. */
  | 'history_changed'
  /** In the folder lies the export of another history, or something else. */
  | 'export_differs'

export class ExportError extends Error {
  override readonly name = 'ExportError'
  readonly code: ExportErrorCode

  constructor(code: ExportErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
