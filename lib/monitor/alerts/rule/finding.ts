import type { RunSubject } from '../config/settings.ts'

/** That a rule holds of something: what an alert is made of. */
export interface Finding {
  /** The name of the rule. */
  readonly rule: string
  readonly subject: RunSubject
  /** What it is of beside the subject: an archive, a directory. Empty where there is nothing. */
  readonly detail: string
  /** A sentence for a person: what is wrong. */
  readonly summary: string
  /** ISO 8601, UTC: since when, as far as is known. */
  readonly since?: string
  readonly run?: string
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  /** The next step. */
  readonly next?: string
}

/** What is known of the rules that were looked at. */
export interface Findings {
  /** Names of the rules that were looked at: of others nothing is known. */
  readonly rules: readonly string[]
  /** Keys of alerts that were looked at, beside those that were found. */
  readonly looked: ReadonlySet<string>
  readonly found: readonly Finding[]
  /** Keys that no longer hold only because what they speak of is long ago. */
  readonly lapsed: ReadonlySet<string>
}

/** What tells one alert from all others. */
export function keyOf({ rule, subject, detail }: Pick<Finding, 'rule' | 'subject' | 'detail'>): string {
  return JSON.stringify([rule, subject.kind, subject.collection, subject.target, detail])
}
