/** All that a command needs for transforms, loaded together where one is asked for. */
export { readPipelineFile } from '../../transform/file/read.ts'
export { testTransforms } from './examples.ts'
export { stepsAmong, transformsOf } from './steps.ts'
