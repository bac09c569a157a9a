/** A request that is not of the form that its route takes: where, and why. */
import { CodedError } from './coded-error.ts'

export class IllFormed extends CodedError<'invalid_request'> {
  /** @param part of the request, such as `body`; `path` within it */
  constructor(part: string, path: string, message: string) {
    super('invalid_request', `The request is not well formed: ${`${part}${path}`.replaceAll('/', '.')}: ${message}.`, 'Correct it; /openapi.json describes every request.')
  }
}
