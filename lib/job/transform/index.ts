/** Everything that a command needs for transforms, loaded together on first use. */
export { readPipelineFile } from '../../transform/file/read.ts'
export { testTransforms } from './examples.ts'
export { stepsAmong, transformsOf } from './steps.ts'
