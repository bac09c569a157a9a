/** What leaves say: their kinds, how what they speak of went, who did it and where; and whether one stands in the log. Pure: the server, terminals and pages use the same. */
export { checkEntry, type Broken, type Checked, type EntryView, type Head } from './check.ts'
export { groups, kinds, outcomeNames, outcomes, type Kind, type Outcome } from './kinds.ts'
export { anchorsOf, isOfType, outcomeIsInDetails, saidBy, typePattern, type LeafText, type Said } from './said.ts'
