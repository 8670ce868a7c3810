import { consoleOptions } from './consoleOptions.ts'
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
  watchOptions,
} from './library.ts'

/** Every option there is: what environment and configuration files may speak of. */
export const ALL_SCHEMAS: readonly OptionsSchema[] = [
  targetOptions,
  ingestOptions,
  runOptions,
  validateOptions,
  watchOptions,
  backupOptions,
  backupRunOptions,
  restoreOptions,
  catalogOptions,
  filterOptions,
  listOptions,
  cleanupOptions,
  retentionOptions,
  lockOptions,
  unlockOptions,
  consoleOptions,
]
