export { MemoryLimit } from '../../async/memoryLimit.ts'
export { limitProcess } from '../../core/memory/limits.ts'
export { processProgress } from './process.ts'
export { StallWatch } from './stall.ts'
