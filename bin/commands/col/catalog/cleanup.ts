import { backupRoot, catalogSelection, namedRoot, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { tableOptions, tablesFor } from '../../../cli/tables.ts'
import { withHistory } from '../../../history.ts'
import {
  type CleanupReport,
  catalogOptions,
  cleanupJob,
  cleanupOptions,
  filterOptions,
  type JobResult,
  loadCatalog,
  lockOptions,
  namesOf,
  pluralize,
  retentionOptions,
  roughSize,
  userPaths,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'
import { planDocument, planTables, type RuleOrigin } from './plan.ts'

/** `col catalog cleanup`: removes the archives that the rules do not keep; without --yes it only shows them. */
export const command: Command = {
  records: 'cleanup',
  summary: 'remove archives that no retention rule keeps; without --yes, only show them',
  alsoKnownAs: ['prune', 'forget', 'gc', 'expire'],
  operands: [],
  examples: [
    'elysiactl col catalog cleanup --older-than 30d',
    'elysiactl col catalog cleanup --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --yes',
    'elysiactl col catalog cleanup --keep-within 14d --keep-tag gold --collection Article --json',
  ],
  schemas: [cleanupOptions, retentionOptions, filterOptions, tableOptions, lockOptions, catalogOptions],
  document: 'cleanup',
  exits: ['locked'],
  docs: 'docs/retention.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { yes } = context.options(cleanupOptions)
  const { report, error } = yes ? await clean(context) : { report: await plan(context) }
  await show(context, report)
  if (error !== undefined) throw error
  const [first] = report.failed
  if (first !== undefined) {
    const others = report.failed.length === 1 ? '' : `, and ${report.failed.length - 1} more`
    context.fail(EXIT.failed, `${first.id} was not removed: ${first.message}${others}`)
  }
}

async function cleanupOf(context: Context) {
  const { filterOf, policyOf, parsePeriod } = await loadCatalog()
  const { includeOutside } = context.options(cleanupOptions)
  const below = includeOutside ? undefined : namedRoot(context)
  return {
    filter: {
      ...filterOf(catalogSelection(context, context.options(filterOptions))),
      ...(below !== undefined && { below }),
    },
    ...(!includeOutside && { backupRoot: backupRoot(context) }),
    policy: policyOf(context.options(retentionOptions)),
    history: parsePeriod(context.options(cleanupOptions).history, '--history'),
  }
}

async function plan(context: Context): Promise<CleanupReport> {
  const { planCleanup } = await cleanupJob()
  const cleanup = await cleanupOf(context)
  return useCatalog(context, (catalog) => planCleanup(catalog, cleanup))
}

async function clean(context: Context): Promise<JobResult<CleanupReport>> {
  const { runCleanup, removeExpired } = await cleanupJob()
  const cleanup = await cleanupOf(context)
  const { retryLockMs } = context.options(lockOptions)
  const { console, stop } = context
  const jobContext = {
    retryLockMs,
    stop,
    onEvent: eventView(console),
  }
  const ended = await withHistory(jobContext.onEvent, (history) =>
    useCatalog(context, (catalog) => runCleanup(catalog, cleanup, { ...jobContext, ...history })),
  )
  removeExpired({ directory: userPaths().state }, eventView(console))
  if (ended.error === undefined && !stop.aborted) context.done()
  return ended
}

/** The rules that were set, and the defaults that apply besides them. */
function rulesOf(context: Context): RuleOrigin[] {
  const values: Readonly<Record<string, unknown>> = context.options(retentionOptions)
  const origins = context.origins(retentionOptions)
  const set = Object.entries(retentionOptions.properties).filter(([key]) => (values[key] ?? false) !== false)
  return set.map(([key, option]) => ({
    rule: `--${namesOf(key, option).flag}`,
    value: String(values[key]),
    origin: origins[key] ?? 'default',
  }))
}

async function show(context: Context, report: CleanupReport): Promise<void> {
  const { console } = context
  const { status, groups, removed, bytes, failed } = report
  const rules = rulesOf(context)
  if (console.json) return console.document(planDocument(report, rules))
  console.note(`rules: ${rules.map(({ rule, value, origin }) => `${rule} ${value} (${origin})`).join(', ')}`)
  if (groups.length === 0) return console.note('no archives')
  for (const { warnings } of groups) for (const warning of warnings) console.warn(warning)
  // With --yes the plan is not the answer but a report of what is done.
  if (status === 'planned' || !console.quiet) {
    const tables = await tablesFor(context)
    await console.print(planTables(groups, tables))
    tables.noteDropped()
  }
  for (const { id, message } of failed) console.warn(`${id} was not removed: ${message}`)
  const count = groups.reduce((sum, { remove }) => sum + remove.length, 0)
  console.note(
    status === 'planned'
      ? `a plan: ${pluralize(count, 'archive')} would be removed, ${roughSize(bytes)}; --yes removes them`
      : `removed ${removed.length} of ${pluralize(count, 'archive')}, ${roughSize(bytes)}`,
  )
}
