/** All that the command needs for `col apply`, loaded together when it is called. */
export { openSource } from '../source/open.ts'
export { runApply } from './apply.ts'
export { openPlan } from './plan.ts'
