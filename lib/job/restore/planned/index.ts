/** Everything that the command needs for `col apply`, loaded together on first use. */
export { openSource } from '../source/open.ts'
export { runApply } from './apply.ts'
export { openPlan } from './plan.ts'
