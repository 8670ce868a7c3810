export { type ConformanceFault, type ConformanceReport, checkConformance } from './check.ts'
export { type WrittenKit, writeConformanceKit } from './kit.ts'
export { type ConformanceOptions, conformanceOptions } from './options.ts'
