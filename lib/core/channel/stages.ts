import type { Duplex, Readable, Writable } from 'node:stream'

/** Any stage of a pipeline. */
export type AnyStage = Readable | Writable | Duplex

/** Observes the stages of pipelines. */
export interface StageObserver {
  /** Called with the stages of each pipeline, in order, before anything flows. */
  watch(stages: readonly AnyStage[]): void
}

const NAMES = new WeakMap<object, string>()
const ELSEWHERE = new WeakSet<object>()

/** Gives a stage its name in a profile. */
export function nameStage<S extends object>(name: string, stage: S): S {
  NAMES.set(stage, name)
  return stage
}

/** Names a stage whose work is done outside this thread: by the system, or by another thread. */
export function nameOutsideStage<S extends object>(name: string, stage: S): S {
  ELSEWHERE.add(stage)
  return nameStage(name, stage)
}

/** True if a stage's work is done outside this thread. */
export function runsInThread(stage: object): boolean {
  return ELSEWHERE.has(stage)
}

/** The name of a stage; by default that of its class. */
export function stageName(stage: object): string {
  return NAMES.get(stage) ?? stage.constructor.name
}
