/** Programs that the apply runs on the machine that applies: provisioners of what is created, replaced or destroyed; data sources; providers. */
import type { Change, RedactedPlan } from '../../shape.ts'
import type { Collector } from '../collector.ts'

/** The address of the configuration: without the keys of count and for_each. */
export const configAddress = (address: string): string => address.replace(/\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]/g, '')

/** Runs at creation, at destruction, or (when the plan does not say) at either. */
function runs(when: 'create' | 'destroy' | 'unknown', change: Change): boolean {
  const [created, destroyed] = [change.resource.change.actions.includes('create'), change.resource.change.actions.includes('delete')]
  return (when !== 'destroy' && created) || (when !== 'create' && destroyed)
}

function provisioners(changes: readonly Change[], plan: RedactedPlan, out: Collector): void {
  if (plan.provisioners.length === 0) return
  const byConfig = new Map<string, Change[]>()
  for (const change of changes) {
    const key = configAddress(change.address)
    const list = byConfig.get(key)
    if (list === undefined) byConfig.set(key, [change])
    else list.push(change)
  }
  for (const { address, type, when, program } of plan.provisioners) {
    const running = (byConfig.get(configAddress(address)) ?? []).filter((change) => runs(when, change))
    const first = running[0]
    if (first === undefined) out.add('provisioner_present', address, `has ${type}, which does not run this time: ${program}`)
    else out.add('provisioner_runs', running.length === 1 ? first.address : address, `runs ${type}${running.length > 1 ? ` ${running.length} times` : ''}: ${program}`)
  }
}

/** Namespaces of the public registries whose providers many people read and use. Another one is a decision for a person. */
const knownNamespaces: ReadonlySet<string> = new Set(
  `hashicorp opentofu integrations cloudflare datadog newrelic grafana okta auth0 mongodb mongodbatlas snowflake-labs snowflakedb digitalocean linode hetznercloud oracle ibm-cloud aliyun vmware vmware-tanzu
   kreuzwerker gitlabhq pagerduty elastic confluentinc fastly akamai aiven ovh scaleway vultr equinix netlify vercel heroku launchdarkly splunk-terraform splunk sumologic f5networks paloaltonetworks ciscodevnet checkpointsw
   fortinetdev databricks dbt-labs planetscale cockroachdb redislabs rediscloud azure googlecloudplatform aws-ia cyrilgdn gavinbunney alekc fluxcd argoproj-labs spacelift-io env0 jfrog sonatype tailscale bitwarden 1password doppler doppleroq`.split(/\s+/),
)

export function providerIsKnown(name: string): boolean {
  const parts = name.toLowerCase().split('/')
  if (parts.length === 1) return /^[a-z0-9-]+$/.test(name)
  const [host, namespace, type] = parts.length === 3 ? parts : ['registry.terraform.io', ...parts]
  if (host === 'terraform.io') return namespace === 'builtin' && type === 'terraform'
  return (host === 'registry.terraform.io' || host === 'registry.opentofu.org') && namespace !== undefined && knownNamespaces.has(namespace)
}

function providers(changes: readonly Change[], plan: RedactedPlan, out: Collector): void {
  const names = new Set(plan.providers.map((provider) => provider.name))
  let last = ''
  for (const { resource } of changes) if (resource.provider_name !== last) names.add((last = resource.provider_name))
  for (const invocation of plan.action_invocations) names.add(invocation.provider_name)
  for (const name of names) if (name !== '' && !providerIsKnown(name)) out.add('provider_unknown', name, 'is not a provider we know, and runs with the credentials of the apply')
}

/** A module from a registry without a version, or from a repository without a fixed revision: its next download may differ. */
export function moduleIsPinned(source: string, version: string): boolean {
  if (source === '' || /^\.{1,2}(?:\/|$)/.test(source)) return true
  if (/^(?:git::|git@|hg::|github\.com|bitbucket\.org|[a-z+]+:\/\/)/.test(source)) return /[?&]ref=(?:[0-9a-f]{7,64}|v?[0-9]+(?:\.[0-9]+)+[\w.+-]*)(?:&|$)/.test(source)
  return /^[=v\s]*[0-9]/.test(version)
}

export function programsRule(changes: readonly Change[], plan: RedactedPlan, out: Collector): void {
  provisioners(changes, plan, out)
  for (const { address, program } of plan.external) out.add('external_program', address, `runs ${program}`)
  for (const { address, type } of plan.action_invocations) out.add('action_runs', address, `runs the action ${type}`)
  providers(changes, plan, out)
  for (const { address, source, version } of plan.modules) {
    if (!moduleIsPinned(source, version)) out.add('module_unpinned', address, `comes from ${source}${version === '' ? '' : ` ${version}`}, which has no fixed version`)
  }
}
