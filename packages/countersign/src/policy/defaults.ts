/** The policies that ship: the one a new server starts with, and the demonstration's. Their digests go into genesis. */

const rules = `
rules:            # the first rule whose conditions all hold decides; what no rule allows is denied
  - name: tearing down is always countersigned
    when: { action: run.apply, scope: destroy }
    then: countersign
    require: { fresh: 10m }

  - name: harmless changes pass
    when: { action: run.apply, environment: [dev, staging], risk: [none, low] }
    then: allow

  - name: nothing changes in production
    when: { action: run.apply, environment: prod, risk: none }
    then: allow

  - name: a person countersigns
    when: { action: run.apply }
    then: countersign
    require: { assurance: aal2, phishing-resistant: true, fresh: 10m }
    expires: 15m

  # States kept here. Rolling back, deleting, restoring, importing, forcing a lock and what is in quarantine are
  # always countersigned; rules can ask for more than that, or deny.
  - name: outside production a plan reads its state
    when: { action: state.plan, environment: [dev, staging] }
    then: allow

  - name: states are read without their secrets
    when: { action: state.read-redacted }
    then: allow

  - name: outside production outputs are read
    when: { action: state.read-outputs, environment: [dev, staging] }
    then: allow

  - name: a person countersigns for a state
    when: { action: [state.credential, state.plan, state.read-outputs, state.read, state.write] }
    then: countersign
    require: { assurance: aal2, phishing-resistant: true, fresh: 10m }
    expires: 15m
`

const environments = `
environments:     # the first match decides; a workspace that matches nothing is treated as prod
  - name: dev
    workspaces: ["*/dev", "*/dev-*", "*/*-dev", "*/sandbox", "*/sandbox-*"]
  - name: staging
    workspaces: ["*/staging", "*/staging-*", "*/*-staging"]
`

export const defaultPolicy = `# Countersign policy. Change it with: countersign policy apply policy.yaml  (countersigned)
version: 1
${environments}${rules}`

/** Trusts a software key, and lets one workspace's challenges run out at once so that a late answer can be shown. */
export const demonstrationPolicy = `# The policy of a demonstration: it trusts a software key. No other server loads it.
version: 1
demonstration: true
${environments}
rules:
  - name: answered too late
    when: { action: run.apply, workspace: "demo/late" }
    then: countersign
    expires: 2s
${rules.slice(rules.indexOf('rules:') + rules.slice(rules.indexOf('rules:')).indexOf('\n') + 1)}`
