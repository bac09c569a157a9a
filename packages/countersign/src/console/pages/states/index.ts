/** The pages of states: fetched together, when somebody first goes to one of them. */
export { CredentialsPage } from './credentials.tsx'
export { QuarantinePage } from './quarantine.tsx'
export { StatesPage } from './list.tsx'
export { DiffPage, WorkspacePage } from './workspace.tsx'
