/** All that a command needs for transforms, loaded together where one is asked for. */
export { readPipelineFile } from '../../transform/file/read.ts'
export { testTransforms } from './examples.ts'
export { stepOf, transformsOf } from './steps.ts'
