/**
 * Coded floors under what the policy says. The policy may ask for more, or deny by a rule of its own; what it allows, and what
 * it says nothing of, is countersigned all the same.
 */
import type { Assurance, Requirement } from '@countersign/proof'
import type { Decision } from './decision.ts'
import { noRule } from './evaluate.ts'

/** How long it waits for a person, where the policy does not say. */
const WAITS = 900
const assurances: readonly Assurance[] = ['aal1', 'aal2', 'aal3']

export function withFloor(decision: Decision, floor: Requirement): Decision {
  if (decision.effect === 'deny' && decision.rule !== noRule) return decision
  if (decision.effect === 'step-up') return { ...decision, requirement: stricter(decision.requirement, floor) }
  const rule = decision.rule === noRule ? '(floor)' : `${decision.rule} (floor)`
  return { effect: 'step-up', rule, requirement: floor, expiresSeconds: WAITS, reasons: [] }
}

/** The stricter of each member. Whose approval it takes is the policy's to say: a floor asks for nobody else's. */
function stricter(asked: Requirement, floor: Requirement): Requirement {
  return {
    ...asked,
    assurance: assurances[Math.max(assurances.indexOf(asked.assurance), assurances.indexOf(floor.assurance))] ?? floor.assurance,
    phishingResistant: asked.phishingResistant || floor.phishingResistant,
    freshSeconds: Math.min(asked.freshSeconds, floor.freshSeconds),
    selfStepUp: asked.selfStepUp || floor.selfStepUp,
  }
}
