import type { SchemaDraft } from '../schemaDraft.ts'

/**
 * Why a rule changes a class: a person asked for it; the target needs another wording for the same setting; or the
 * target does not support it.
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
   * The server's message when it refuses a class for this reason. The rule applies only after such a refusal, since
   * nothing else tells that the server lacks support.
   */
  readonly refusal?: RegExp
  apply(patching: SchemaDraft): void
}
