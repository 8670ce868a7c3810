import type { Duplex, Readable, Writable } from 'node:stream'

/** A stage of a pipeline, whatever it is. */
export type AnyStage = Readable | Writable | Duplex

/** Looks on at the stages of pipelines. */
export interface StageObserver {
  /** Called with the stages of each pipeline, in order, before anything flows. */
  watch(stages: readonly AnyStage[]): void
}

const NAMES = new WeakMap<object, string>()
const ELSEWHERE = new WeakSet<object>()

/** Gives a stage the name that a profile calls it by. */
export function named<S extends object>(name: string, stage: S): S {
  NAMES.set(stage, name)
  return stage
}

/** The same for one whose work is done outside of this thread: by the system, or by another thread. */
export function namedElsewhere<S extends object>(name: string, stage: S): S {
  ELSEWHERE.add(stage)
  return named(name, stage)
}

/** True where what a stage does is done outside of this thread. */
export function worksElsewhere(stage: object): boolean {
  return ELSEWHERE.has(stage)
}

/** The name of a stage; that of its class where it has none. */
export function stageName(stage: object): string {
  return NAMES.get(stage) ?? stage.constructor.name
}
