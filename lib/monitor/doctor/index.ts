/** Everything that the command needs for `elysiactl doctor`, loaded together on first use. */
export { doctorBundle, recentRuns, writeBundle } from './bundle.ts'
export type { Check } from './check.ts'
export { checkDatabases } from './databases.ts'
export { checkLocks } from './locks.ts'
export { checkAddons, checkConfiguration, checkNode } from './machine.ts'
export { checkPlaces } from './places.ts'
