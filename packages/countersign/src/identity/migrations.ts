/** How the tables of this room came to be. A migration that was released is never edited. */
import type { Kysely } from 'kysely'
import type { Migration, Tables } from '../platform/store/tables.ts'
import { appsFromTerminals } from './codes/migration.ts'
import { hostRecoveryMigrations } from './host-recovery/token.ts'
import { invitationMigrations } from './invitation/tables.ts'
import { terminalFamilies } from './terminal/migration.ts'

export const identityMigrations: Migration[] = [
  { name: 'identity_0001_directory', up: directory },
  { name: 'identity_0002_ceremonies', up: ceremonies },
  { name: 'identity_0003_sessions', up: sessions },
  { name: 'identity_0004_terminal', up: terminal },
  { name: 'identity_0005_how_signed_in', up: howSignedIn },
  { name: 'identity_0006_codes', up: codes },
  terminalFamilies,
  ...invitationMigrations,
  ...hostRecoveryMigrations,
  appsFromTerminals,
]

async function directory(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('directory_entry')
    .addColumn('seq', 'integer', (c) => c.primaryKey())
    .addColumn('entry', 'text', (c) => c.notNull())
    .addColumn('head', 'text', (c) => c.notNull().unique())
    .addColumn('time', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('authenticator')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('credential_id', 'text', (c) => c.notNull().unique())
    .addColumn('alg', 'integer', (c) => c.notNull())
    .addColumn('public_key', 'text', (c) => c.notNull())
    .addColumn('aaguid', 'text', (c) => c.notNull())
    .addColumn('backup_eligible', 'integer', (c) => c.notNull())
    .addColumn('backed_up', 'integer', (c) => c.notNull())
    .addColumn('transports', 'text', (c) => c.notNull())
    .addColumn('attestation_format', 'text', (c) => c.notNull())
    .addColumn('attestation_digest', 'text', (c) => c.notNull())
    .addColumn('attestation_object', 'text', (c) => c.notNull())
    .addColumn('demonstration', 'integer', (c) => c.notNull())
    .addColumn('sign_count', 'bigint', (c) => c.notNull())
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('vouched_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
  await db.schema.createIndex('authenticator_person').on('authenticator').column('person').execute()
}

async function ceremonies(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('setup_token')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('ceremony')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('session', 'text', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('consumed_at', 'bigint')
    .execute()
  await db.schema.createIndex('ceremony_expires').on('ceremony').column('expires_at').execute()
}

async function sessions(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('session')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('secret_hash', 'text', (c) => c.notNull().unique())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('authenticator', 'text', (c) => c.notNull())
    .addColumn('client', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('auth_time', 'bigint', (c) => c.notNull())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_why', 'text')
    .execute()
  await db.schema.createIndex('session_person').on('session').column('person').execute()
}

async function terminal(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('terminal_token')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('secret_hash', 'text', (c) => c.notNull().unique())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('session', 'text', (c) => c.notNull())
    .addColumn('authenticator', 'text', (c) => c.notNull())
    .addColumn('thumbprint', 'text', (c) => c.notNull())
    .addColumn('client', 'text', (c) => c.notNull())
    .addColumn('auth_time', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_why', 'text')
    .addColumn('grant_hash', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('terminal_token_grant').on('terminal_token').column('grant_hash').execute()
  await db.schema.createIndex('terminal_token_person').on('terminal_token').column('person').execute()
  await db.schema
    .createTable('oidc_record')
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('id_hash', 'text', (c) => c.notNull())
    .addColumn('uid_hash', 'text')
    .addColumn('grant_hash', 'text')
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('consumed_at', 'bigint')
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('oidc_record_pk', ['model', 'id_hash'])
    .execute()
  await db.schema.createIndex('oidc_record_grant').on('oidc_record').column('grant_hash').execute()
  await db.schema.createIndex('oidc_record_uid').on('oidc_record').column('uid_hash').execute()
  await db.schema
    .createTable('dpop_proof')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('dpop_proof_expires').on('dpop_proof').column('expires_at').execute()
}

/** Sessions from before were all opened with a key and user verification. */
async function howSignedIn(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('session').addColumn('acr', 'text', (c) => c.notNull().defaultTo('aal2')).execute()
  await db.schema.alterTable('session').addColumn('amr', 'text', (c) => c.notNull().defaultTo('hwk user')).execute()
  await db.schema.alterTable('session').addColumn('limited_to', 'text', (c) => c.notNull().defaultTo('')).execute()
}

async function codes(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('person_profile')
    .addColumn('person', 'text', (c) => c.primaryKey())
    .addColumn('login', 'text', (c) => c.notNull().unique())
    .addColumn('email', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('password')
    .addColumn('person', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('totp_authenticator')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('label', 'text', (c) => c.notNull())
    .addColumn('sealed_seed', 'text', (c) => c.notNull())
    .addColumn('fingerprint', 'text', (c) => c.notNull())
    .addColumn('vouched_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
  await db.schema.createIndex('totp_authenticator_person').on('totp_authenticator').column('person').execute()
  await db.schema
    .createTable('totp_step')
    .addColumn('person', 'text', (c) => c.primaryKey())
    .addColumn('last_step', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('code_attempt')
    .addColumn('subject', 'text', (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('blocked_until', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('code_attempt_last').on('code_attempt').column('last_at').execute()
  await db.schema
    .createTable('recovery_code')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .execute()
  await db.schema.createIndex('recovery_code_person').on('recovery_code').column('person').execute()
}
