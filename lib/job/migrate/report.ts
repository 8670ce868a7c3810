import type { CopyReport } from '../copy/report.ts'

/** What a migration did. @see SPEC.md, "Migration" */
export interface MigrateReport {
  /** `migrated`, `undone`, `dropped`; `planned` for a dry run; `failed` and `interrupted` if it did not finish. */
  status: 'migrated' | 'undone' | 'dropped' | 'planned' | 'failed' | 'interrupted'
  target: string
  alias: string
  /** The class that the alias meant before the migration. */
  before: string
  /** The changed class. */
  class: string
  /** The class that the alias means now; null if the alias does not exist. */
  means: string | null
  /** What still refers to the previous class: other aliases, references of other classes. */
  left_behind: readonly string[]
  /** The report of the copy; null if nothing was copied. */
  copy: CopyReport | null
}

/** What each field means, for SPEC.md. */
export const MIGRATE_REPORT: Readonly<Record<keyof MigrateReport, string>> = {
  status: '`migrated`, `undone`, `dropped`, `planned` (a dry run), `failed` or `interrupted`.',
  target: 'The store, without secrets.',
  alias: 'The alias.',
  before: 'The class that it meant before the migration.',
  class: 'The changed class.',
  means: 'The class that it means now; null where there is no such alias.',
  left_behind: 'What still leads to the class before: other aliases, references of other classes.',
  copy: 'The report of the copy; null where nothing was copied.',
}
