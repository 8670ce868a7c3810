import { consoleOptions } from './consoleOptions.ts'
import {
  backupOptions,
  backupRunOptions,
  ingestOptions,
  type OptionsSchema,
  restoreOptions,
  runOptions,
  targetOptions,
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
  consoleOptions,
]
