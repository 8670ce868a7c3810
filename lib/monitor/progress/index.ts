export { MemoryLimit } from '../../async/memoryLimit.ts'
export { processProgress } from './process.ts'
export { StallWatch } from './stall.ts'
