/** Ten deny rules as their users write them. */
export const tenRules = `package terraform.deny

import rego.v1

required_tags := {"owner", "environment", "cost_center"}

forbidden_types := {"x1.32xlarge", "p4d.24xlarge"}

# 1. encryption of buckets
deny contains msg if {
	resource := input.resource_changes[_]
	resource.type == "aws_s3_bucket"
	not resource.change.after.server_side_encryption_configuration
	msg := sprintf("S3 bucket '%s' must have encryption enabled", [resource.name])
}

# 2. public buckets
deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_s3_bucket"
	resource.change.after.acl in {"public-read", "public-read-write"}
	msg := sprintf("%s: bucket is public", [resource.address])
}

# 3. open security groups
deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_security_group"
	some rule in resource.change.after.ingress
	rule.from_port <= 22
	rule.to_port >= 22
	"0.0.0.0/0" in rule.cidr_blocks
	msg := sprintf("%s: SSH is open to the world", [resource.address])
}

# 4. required tags, by the difference of sets
deny contains msg if {
	some resource in input.resource_changes
	resource.mode == "managed"
	present := {tag | resource.change.after.tags[tag]}
	missing := required_tags - present
	count(missing) > 0
	msg := sprintf("%s: missing tags %v", [resource.address, missing])
}

# 5. wildcards in IAM documents, which are JSON in strings
deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_iam_policy"
	document := json.unmarshal(resource.change.after.policy)
	some statement in document.Statement
	statement.Effect == "Allow"
	statement.Action == "*"
	msg := sprintf("%s: statement %s allows everything", [resource.address, statement.Sid])
}

# 6. names, by a regular expression
deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_instance"
	not regex.match("^resource_[0-9]+$", resource.name)
	msg := sprintf("%s: name does not follow the convention", [resource.address])
}

# 7. instance types and public addresses
deny contains msg if {
	some i
	resource := input.resource_changes[i]
	resource.type == "aws_instance"
	after := resource.change.after
	forbidden_types[after.instance_type]
	after.associate_public_ip_address == true
	msg := sprintf("resource_changes[%d]: %s is too large to be public", [i, after.instance_type])
}

# 8. databases
deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_db_instance"
	is_exposed(resource.change.after)
	msg := sprintf("%s: database is exposed or not encrypted", [resource.address])
}

is_exposed(after) if after.publicly_accessible

is_exposed(after) if not after.storage_encrypted

# 9. every volume is encrypted
deny contains msg if {
	some resource in input.resource_changes
	resource.type in {"aws_ebs_volume", "aws_instance"}
	devices := object.get(resource.change.after, "root_block_device", [])
	count(devices) > 0
	not all_encrypted(devices)
	msg := concat(" ", [resource.address, "has a volume that is not encrypted"])
}

all_encrypted(devices) if every device in devices { device.encrypted }

# 10. how many are replaced
deny contains msg if {
	replaced := [resource.address | some resource in input.resource_changes; "delete" in resource.change.actions]
	count(replaced) > 10
	msg := sprintf("%d resources would be replaced", [count(replaced)])
}
`

/** `count` rules that compare the input to constants, of which three apply to `/path/7` with GET. */
export function comparingRules(count: number): string {
  const rules = ['package authz', 'import rego.v1', 'default allow := false']
  for (let i = 0; i < count; i++) {
    const path = i < 3 ? 7 : 1000 + i
    rules.push(`allow if {\n\tinput.method == "${i % 2 === 0 ? 'GET' : i < 3 ? 'GET' : 'POST'}"\n\tinput.path == "/path/${path}"\n\tinput.level > ${i < 3 ? 100 + i : i % 9}\n}`)
  }
  return rules.join('\n\n')
}

/** `count` rules of the usual sort, for the compiler. */
export function manyRules(count: number): string {
  const rules = ['package many', 'import rego.v1']
  for (let i = 0; i < count; i++) {
    rules.push(`deny contains msg if {\n\tresource := input.resource_changes[_]\n\tresource.type == "type_${i}"\n\tnot resource.change.after.flag_${i % 17}\n\tcount(resource.change.actions) > 0\n\tmsg := sprintf("%s must have flag ${i}", [resource.address])\n}`)
  }
  return rules.join('\n\n')
}
