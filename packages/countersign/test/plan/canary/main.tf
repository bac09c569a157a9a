terraform { required_version = ">= 1.5" }
variable "sens" {
  type      = string
  sensitive = true
  default   = "CANARY-sensitive-variable-1"
}
variable "sens_map" {
  type      = map(string)
  sensitive = true
  default   = { "CANARY-map-key-2" = "CANARY-map-value-3" }
}
variable "sens_list" {
  type      = list(object({ user = string, pin = number }))
  sensitive = true
  default   = [{ user = "CANARY-list-user-4", pin = 73194682 }]
}
variable "sens_multiline" {
  sensitive = true
  default   = "first line CANARY-line-5\nsecond \"quoted\" CANARY-line-6 <&>"
}
variable "db_password" { default = "CANARY-unmarked-password-7" }
variable "plain" { default = "visible-plain-value" }
resource "terraform_data" "direct" { input = var.sens }
resource "terraform_data" "nested" { input = { a = [{ b = var.sens, visible = "visible-nested" }] } }
resource "terraform_data" "keys" {
  for_each = nonsensitive(toset([var.sens, "visible-key"]))
  input    = each.key
}
resource "terraform_data" "mapkeys" {
  for_each = nonsensitive(var.sens_map)
  input    = { (each.key) = each.value, k = { (nonsensitive(var.sens)) = 1 } }
}
resource "terraform_data" "derived" {
  input = {
    b64     = base64encode(nonsensitive(var.sens))
    json    = jsonencode({ secret = nonsensitive(var.sens_multiline) })
    url     = urlencode(nonsensitive(var.sens_multiline))
    pin     = nonsensitive(var.sens_list[0].pin)
    pintext = "pin ${nonsensitive(var.sens_list[0].pin)} of ${nonsensitive(var.sens_list[0].user)}"
    line    = "one ${split("\n", nonsensitive(var.sens_multiline))[0]} two"
  }
}
resource "terraform_data" "runs" {
  triggers_replace = [var.sens, nonsensitive(var.sens)]
  provisioner "local-exec" {
    command     = "echo visible-program password=CANARY-command-8 --token CANARY-command-9"
    environment = { SECRET = "CANARY-environment-10" }
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo https://user:CANARY-url-11@example.com/x"
  }
}
resource "terraform_data" "shapes" {
  input = {
    password = "CANARY-named-12"
    text     = "prefix -----BEGIN RSA PRIVATE KEY-----\nCANARYpem13\n-----END RSA PRIVATE KEY----- suffix"
    env      = [{ name = "x", value = "AKIAIOSFODNN7EXAMPLE" }]
    random   = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY4z"
    github   = "ghp_CANARY14abcdefghijklmnopqrstuvwxyz12"
    visible  = "arn:aws:iam::123456789012:role/visible-role"
  }
}
module "child" {
  source = "./child"
  secret = "CANARY-module-literal-15"
  passed = var.sens
}
output "sens_out" {
  sensitive = true
  value     = "CANARY-output-16"
}
output "recurs" { value = "x CANARY-output-16 y" }
output "plain" { value = "visible-output" }
output "nested" { value = { a = nonsensitive(var.sens), b = "visible-b" } }
