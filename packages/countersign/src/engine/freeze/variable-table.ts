/**
 * The TF_* variables, by what they can do. Whatever is not named here is passed on and bound: a variable that we do not know may
 * change what terraform does, so a change of it between plan and apply must show.
 */

/** Change what is logged or how it is printed, never what is done: passed on, not bound. */
export const harmlessVariables: ReadonlySet<string> = new Set([
  'TF_LOG',
  'TF_LOG_CORE',
  'TF_LOG_PROVIDER',
  'TF_LOG_PATH',
  'TF_LOG_PROVIDER_PATH',
  'TF_IN_AUTOMATION',
  'TF_INPUT',
  'TF_APPEND_USER_AGENT',
])

/**
 * Who asks the HTTP backend for the state, and with which secret: passed on to terraform and to nothing else. They are of no statement,
 * report or log, not even as a digest. Where the state is they do not say: `TF_HTTP_ADDRESS` does, which is bound (`measure/locations.ts`).
 */
export const secretVariables: ReadonlySet<string> = new Set(['TF_HTTP_USERNAME', 'TF_HTTP_PASSWORD'])

/** Let something run that nobody can bind: refused when they are set. */
export const refusedVariables: Readonly<Record<string, string>> = {
  TF_REATTACH_PROVIDERS: 'a process that is already running would act as the provider, and what runs could not be bound',
}

/** Their text is taken apart, checked as arguments, and never reaches terraform as a variable. */
export const argumentVariables: Readonly<Record<string, 'both' | 'plan' | 'apply'>> = {
  TF_CLI_ARGS: 'both',
  TF_CLI_ARGS_plan: 'plan',
  TF_CLI_ARGS_apply: 'apply',
}

/** Variables that are not terraform's and still steer what runs. Named in the statement when one of them is set. */
export const unboundGroups: readonly (readonly [string, RegExp])[] = [
  ['ALICLOUD_*', /^(ALICLOUD|ALIBABA_CLOUD)_/],
  ['ARM_*', /^(ARM|AZURE)_/],
  ['AWS_*', /^AWS_/],
  ['BASH_ENV', /^(BASH_ENV|ENV)$/],
  ['CLOUDFLARE_*', /^CLOUDFLARE_/],
  ['CONSUL_*', /^CONSUL_/],
  ['DIGITALOCEAN_*', /^(DIGITALOCEAN|SPACES)_/],
  ['DYLD_*', /^DYLD_/],
  ['GITHUB_*', /^(GITHUB_TOKEN|GITHUB_OWNER|GITHUB_BASE_URL)$/],
  ['GITLAB_*', /^GITLAB_(TOKEN|BASE_URL)$/],
  ['GOOGLE_*', /^(GOOGLE|CLOUDSDK|GCLOUD)_/],
  ['HTTP_PROXY', /^(https?|all)_proxy$/i],
  ['KUBE_*', /^KUBE/],
  ['LD_*', /^LD_(PRELOAD|LIBRARY_PATH|AUDIT)$/],
  ['NOMAD_*', /^NOMAD_/],
  ['OCI_*', /^OCI_/],
  ['OS_*', /^OS_(AUTH|CLOUD|USERNAME|PASSWORD|PROJECT|TENANT|TOKEN|REGION)/],
  ['PATH', /^PATH$/],
  ['PG*', /^PG(HOST|PORT|USER|PASSWORD|DATABASE|_CONN_STR|_SCHEMA_NAME)/],
  ['SSH_AUTH_SOCK', /^SSH_AUTH_SOCK$/],
  ['VAULT_*', /^VAULT_/],
]
