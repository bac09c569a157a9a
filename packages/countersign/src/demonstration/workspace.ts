/**
 * The change that the demonstration makes: real Terraform, with `terraform_data` only, so that nothing is downloaded and nothing
 * outside the scratch folder is touched.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const before = `# The workspace payments/billing-prod as it runs today.
resource "terraform_data" "database" {
  input = { engine = "postgres", size_gb = 500, deletion_protection = true }
}

resource "terraform_data" "release" {
  input            = "2026.10.4"
  triggers_replace = ["2026.10.4"]
}
`

const after = `# The change somebody asks for: two new parts, a new release, and the database is gone.
resource "terraform_data" "release" {
  input            = "2026.11.0"
  triggers_replace = ["2026.11.0"]

  provisioner "local-exec" {
    command = "./deploy.sh 2026.11.0"
  }
}

resource "terraform_data" "cache" {
  input = { engine = "redis", size_gb = 4 }
}

resource "terraform_data" "queue" {
  input = { engine = "nats", replicas = 3 }
}
`

const deploy = `#!/bin/sh
echo "release $1 is out"
`

export const editedDeploy = `${deploy}echo "and something nobody looked at"\n`

export const workspaceName = 'payments/billing-prod'

export function writeBefore(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'main.tf'), before)
  writeDeploy(folder, deploy)
}

export function writeAfter(folder: string): void {
  writeFileSync(join(folder, 'main.tf'), after)
}

export function writeDeploy(folder: string, text: string): void {
  const script = join(folder, 'deploy.sh')
  writeFileSync(script, text)
  chmodSync(script, 0o755)
}

export { deploy as reviewedDeploy }

/** A second change, small but not harmless, for the attempts that need a run of their own. */
export function writeAnother(folder: string): void {
  writeFileSync(join(folder, 'main.tf'), after.replace('replicas = 3', 'replicas = 5').replaceAll('2026.11.0', '2026.11.1'))
}
