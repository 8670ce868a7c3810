import {
  backupOptions,
  backupRunOptions,
  catalogOptions,
  cleanupOptions,
  filterOptions,
  ingestOptions,
  listOptions,
  lockOptions,
  type OptionsSchema,
  restoreOptions,
  retentionOptions,
  runOptions,
  targetOptions,
  unlockOptions,
  validateOptions,
  verifyOptions,
  watchOptions,
} from '../library.ts'
import { consoleOptions } from './consoleOptions.ts'

/**
 * Every option that environment and configuration files may set, by the table of SPEC.md that shows it. From here come
 * the tables, `config show` and what the two places are held against; the flags come from the commands themselves, and
 * a test holds the two together.
 */
export const OPTION_TABLES = {
  target: targetOptions,
  ingest: ingestOptions,
  run: runOptions,
  validate: validateOptions,
  watch: watchOptions,
  backup: backupOptions,
  backupRun: backupRunOptions,
  verify: verifyOptions,
  restore: restoreOptions,
  catalog: catalogOptions,
  catalogFilter: filterOptions,
  catalogList: listOptions,
  cleanup: cleanupOptions,
  retention: retentionOptions,
  lock: lockOptions,
  unlock: unlockOptions,
} as const satisfies Readonly<Record<string, OptionsSchema>>

/** The same, with what all commands have. */
export const ALL_SCHEMAS: readonly OptionsSchema[] = [...Object.values(OPTION_TABLES), consoleOptions]
