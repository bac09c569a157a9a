/** The ledger, taken out in forms that others read; each proven against the newest checkpoint before it counts as done. */
export { exportTiles, type ExportDone } from './tiles.ts'
export { exportLines, lineOf, linesFile } from './lines.ts'
export { ExportError, type ExportErrorCode } from './errors.ts'
