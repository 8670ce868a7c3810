import type { Patching } from '../patching.ts'

/**
 * Why a rule changes a class: a person asked for it; the same is said in words that the target takes; or the target
 * does not have it.
 */
export type RuleCause = 'asked' | 'wording' | 'target'

/** One setting that a target may not accept unchanged. */
export interface SchemaRule {
  readonly name: string
  /** What it does, for SPEC.md. */
  readonly meaning: string
  /** `server`: applies to Weaviate servers only. */
  readonly of: 'any' | 'server'
  readonly cause: RuleCause
  /**
   * What a server says that refuses a class for this: only then does the rule apply, since nothing else tells that the
   * server does not have it.
   */
  readonly refusal?: RegExp
  apply(patching: Patching): void
}
