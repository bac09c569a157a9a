/** Checkpoints beyond this host: sending them, and reading them again. */
export { awayPlace, type AwayOptions, type AwayPlace } from './place.ts'
export { createAway, type Away, type AwayTrouble } from './deliver.ts'
export { notesIn, readAway, type AwayText } from './read.ts'
export { examineAway, misfitOf, type Against } from './compare.ts'
