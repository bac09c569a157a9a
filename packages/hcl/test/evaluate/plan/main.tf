variable "region" {
  type    = string
  default = "eu-1"
}
variable "zones" {
  type    = set(string)
  default = ["b", "a"]
}
variable "token" {
  type      = string
  default   = "t0p"
  sensitive = true
}
variable "sizes" {
  type    = map(number)
  default = { small = 1, large = 8 }
}
variable "spec" {
  type = object({
    name  = string
    count = optional(number, 2)
    disks = optional(list(object({ size = optional(number, 10), fast = optional(bool) })), [{}])
    tags  = optional(map(string), { made = "here" })
  })
  default = { name = "s", disks = [{ size = 5 }, { fast = true }] }
}
variable "strict" {
  type     = string
  default  = "fallback"
  nullable = false
}
locals {
  third  = "${local.second}-3"
  second = "${local.first}-2"
  first  = var.region
  hosts  = { for z in var.zones : z => { zone = "${var.region}${z}", index = index(sort(var.zones), z) } }
  on     = var.sizes["large"] > 4
  table  = merge([for k, v in local.hosts : { for i in range(2) : "${k}${i}" => v.index + i }]...)
}
resource "terraform_data" "plain" {
  input = { chain = local.third, spec = var.spec, on = local.on, root = path.root, here = path.module, workspace = terraform.workspace, token = var.token }
}
resource "terraform_data" "counted" {
  count = var.spec.count
  input = "n${count.index}"
}
resource "terraform_data" "each" {
  for_each = local.hosts
  input    = { key = each.key, zone = each.value.zone, other = terraform_data.counted[each.value.index].input }
}
resource "terraform_data" "set" {
  for_each = toset([for z in var.zones : upper(z)])
  input    = each.value
}
resource "terraform_data" "none" {
  count = local.on ? 0 : 1
  input = "never"
}
resource "terraform_data" "computed" {
  input = { id = terraform_data.plain.id, text = "id: ${terraform_data.plain.id}", known = terraform_data.plain.input.chain, many = terraform_data.counted[*].id, inputs = terraform_data.counted[*].input }
}
module "host" {
  source   = "./modules/host"
  for_each = var.sizes
  name     = each.key
  size     = each.value
  labels   = { region = var.region }
  strict   = null
}
module "pair" {
  source = "./modules/host"
  count  = 2
  name   = "pair${count.index}"
  size   = count.index + 1
}
module "secret" {
  source = "./modules/host"
  name   = var.token
  size   = "3"
}
resource "terraform_data" "outputs" {
  input = {
    small  = module.host["small"].summary
    all    = [for k, m in module.host : "${k}=${m.summary.double}"]
    pair   = module.pair[*].summary.name
    secret = module.secret.summary.double
    hidden = module.pair[0].hidden
    strict = module.host["large"].strict
    table  = local.table
  }
}
