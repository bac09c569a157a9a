variable "name" {
  type = string
  validation {
    condition     = length(var.name) > 0
    error_message = "A name is needed."
  }
}
variable "size" {
  type = number
}
variable "labels" {
  type    = map(string)
  default = {}
}
variable "strict" {
  type     = string
  default  = "own"
  nullable = false
}
locals {
  full = merge(var.labels, { name = var.name })
}
resource "terraform_data" "host" {
  count = var.size > 5 ? 1 : 2
  input = { labels = local.full, index = count.index, module = path.module, root = path.root }
}
module "part" {
  source   = "./modules/part"
  for_each = toset(["x", "y"])
  label    = "${var.name}-${each.key}"
}
output "summary" {
  value = { name = var.name, double = var.size * 2, parts = [for p in module.part : p.label] }
}
output "hidden" {
  value     = "h-${var.name}"
  sensitive = true
}
output "strict" {
  value = var.strict
}
