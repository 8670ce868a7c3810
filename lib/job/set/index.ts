/** Everything that commands need for several collections at once, loaded together on first use. */
export { newRunId } from '../../run/record.ts'
export { eachGroup } from './members.ts'
export { selectedNames } from './names.ts'
export { endSet, notedSet, noteFile, noteSet, type SetKey } from './note.ts'
export { referenceGroups } from './order.ts'
