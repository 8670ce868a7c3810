/** Everything that the command needs for `elysiactl auto`, loaded together on first use. */
export { ownerOf } from '../../catalog/lock/process.ts'
export { commandsOf } from './commands.ts'
export { AutoNotes } from './notes.ts'
export { plannedPolicies } from './plannedPolicies.ts'
export { type Policy, readPolicies } from './policies.ts'
export { type AutoRun, runPolicies } from './run.ts'
