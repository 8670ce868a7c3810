// The documented interfaces of options are what their schemas say, in text and in type.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { retentionOptions } from '../../lib/catalog/retention/options.ts'
import type { backupOptions } from '../../lib/job/backup/options.ts'
import type { deleteOptions } from '../../lib/job/delete/options.ts'
import type { ingestOptions } from '../../lib/job/ingest/options.ts'
import type { restoreOptions } from '../../lib/job/restore/options.ts'
import type { rollbackOptions } from '../../lib/job/rollback/options.ts'
import type { verifyOptions } from '../../lib/job/verify/options.ts'
import type { watchOptions } from '../../lib/job/watch/options.ts'
import type {
  BackupOptions,
  BackupOptionsInput,
  DeleteOptions,
  DeleteOptionsInput,
  IngestOptions,
  IngestOptionsInput,
  RestoreOptions,
  RestoreOptionsInput,
  RetentionOptions,
  RetentionOptionsInput,
  RollbackOptions,
  RollbackOptionsInput,
  VerifyOptions,
  VerifyOptionsInput,
  WatchOptions,
  WatchOptionsInput,
} from '../../lib/options/documented.ts'
import type { OptionsInput, ResolvedOptions } from '../../lib/options/options.ts'
import type { OptionsSchema } from '../../lib/options/schema.ts'
import { OPTION_TYPES, optionTypes } from '../../scripts/optionTypes.ts'

type Each<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** The same names, the same ones optional, the same values. */
type Same<A, B> = [Each<keyof A, keyof B>, Each<A, B>, Each<Required<A>, Required<B>>]
type Alike<G, O, S extends OptionsSchema> = [...Same<G, OptionsInput<S>>, ...Same<O, ResolvedOptions<S>>]
type All = [true, true, true, true, true, true]

/** `tsc`, in `npm run check`, refuses this list where an interface and its schema part. */
const ALIKE: {
  readonly ingest: Alike<IngestOptionsInput, IngestOptions, typeof ingestOptions>
  readonly watch: Alike<WatchOptionsInput, WatchOptions, typeof watchOptions>
  readonly backup: Alike<BackupOptionsInput, BackupOptions, typeof backupOptions>
  readonly restore: Alike<RestoreOptionsInput, RestoreOptions, typeof restoreOptions>
  readonly rollback: Alike<RollbackOptionsInput, RollbackOptions, typeof rollbackOptions>
  readonly delete: Alike<DeleteOptionsInput, DeleteOptions, typeof deleteOptions>
  readonly verify: Alike<VerifyOptionsInput, VerifyOptions, typeof verifyOptions>
  readonly retention: Alike<RetentionOptionsInput, RetentionOptions, typeof retentionOptions>
} = {
  ingest: all(),
  watch: all(),
  backup: all(),
  restore: all(),
  rollback: all(),
  delete: all(),
  verify: all(),
  retention: all(),
}

function all(): All {
  return [true, true, true, true, true, true]
}

t.test('the documented interfaces of options are those that npm run schemas makes', async (t) => {
  const made = optionTypes()
  t.equal(readFileSync(OPTION_TYPES, 'utf8'), made)
  for (const job of Object.keys(ALIKE)) t.match(made, new RegExp(`export interface ${job}OptionsInput`, 'i'))
})

t.test('each option says its meaning, its unit and its default', async (t) => {
  const text = readFileSync(OPTION_TYPES, 'utf8').replaceAll(/\n +\* /g, ' ')
  const options = [...text.matchAll(/\/\*\*([\s\S]*?)\*\/\n {2}readonly (\w+)\??: (\w+)/g)]
  t.ok(options.length > 60, `${options.length} options`)
  for (const [, says, name = '', type] of options) {
    t.match(says, /\w{3}.*\. .*(Default .+|No default|Required)\./, name)
    if (type === 'number') t.match(says, /In bytes|In milliseconds|A whole number/, name)
  }
  t.match(text, 'In bytes, 1KiB to 64MiB. Default 4194304 (4MiB).', 'a size')
  t.match(text, 'In milliseconds, 0 to 1d. Default 120000 (2m).', 'a time')
})
