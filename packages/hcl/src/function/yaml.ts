/** YAML as Terraform reads and writes it. */
import { any, string } from '../value/type.ts'
import { isKnown, isWhollyKnown, no, text, textOf, unknown } from '../value/value.ts'
import type { FunctionSpec } from './spec.ts'
import { readYaml } from './yaml-read.ts'
import { yamlText } from './yaml-text.ts'

const yamldecode: FunctionSpec = {
  name: 'yamldecode',
  params: [{ name: 'src', type: string }],
  returns: any,
  typeOf: ([source = no]) => (isKnown(source) ? readYaml(textOf(source)).type : any),
  run: ([source = no]) => readYaml(textOf(source)),
}

const yamlencode: FunctionSpec = {
  name: 'yamlencode',
  params: [{ name: 'value', type: any, nullable: true, dynamic: true, unknown: true }],
  returns: string,
  run: ([value = no]) => (isWhollyKnown(value) ? text(yamlText(value)) : unknown(string)),
}

export const yamls: readonly FunctionSpec[] = [yamldecode, yamlencode]
