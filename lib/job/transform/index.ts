/** All that a command needs for transforms, loaded together where one is asked for. */
export { stepOf, transformsOf } from './steps.ts'
