/** Telling people: what other rooms may use. */
export { createNoticeDesk, type Asked, type NoticeDesk, type NoticesDeps } from './create.ts'
export { createEmail } from './email.ts'
export { createSlack, createWebhook } from './webhook.ts'
export type { Channel } from './channel.ts'
export { noticeMigrations } from './tables.ts'
