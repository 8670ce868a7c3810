import type { RunSubject } from '../config/settings.ts'

/** A rule that holds for something: alerts are made from findings. */
export interface AlertFinding {
  /** The name of the rule. */
  readonly rule: string
  readonly subject: RunSubject
  /** What the finding is about besides the subject: an archive, a directory. Empty if nothing. */
  readonly detail: string
  /** What is wrong, as a sentence. */
  readonly summary: string
  /** ISO 8601, UTC: since when, if known. */
  readonly since?: string
  readonly run?: string
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  /** The next step. */
  readonly next?: string
}

/** The result of evaluating rules. */
export interface AlertFindings {
  /** Names of the rules that were evaluated: nothing is known of the others. */
  readonly rules: readonly string[]
  /** Keys of alerts that were evaluated, besides those that were found. */
  readonly looked: ReadonlySet<string>
  readonly found: readonly AlertFinding[]
  /** Keys that no longer hold only because their subject is long past. */
  readonly lapsed: ReadonlySet<string>
}

/** The key that identifies an alert. */
export function keyOf({ rule, subject, detail }: Pick<AlertFinding, 'rule' | 'subject' | 'detail'>): string {
  return JSON.stringify([rule, subject.kind, subject.collection, subject.target, detail])
}
