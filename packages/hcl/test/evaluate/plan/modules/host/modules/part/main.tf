variable "label" {}
resource "terraform_data" "part" {
  input = "${path.module}:${var.label}"
}
output "label" {
  value = upper(terraform_data.part.input)
}
