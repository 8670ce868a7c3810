export { type Profiler, startProfiler } from './profiler.ts'
export { TraceFile } from './traceFile.ts'
