variable "secret" { sensitive = true }
variable "passed" { sensitive = true }
variable "inner_default" {
  sensitive = true
  default   = "CANARY-child-default-17"
}
resource "terraform_data" "it" {
  for_each = nonsensitive(toset([var.secret]))
  input    = [var.passed, nonsensitive(var.inner_default)]
}
