import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { backupRoot, useCatalog } from '../../../cli/catalog.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import {
  type Catalog,
  catalogOptions,
  ElysiaError,
  loadCatalog,
  loadRebuild,
  lockOptions,
  type RebuildReport,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'

/** `col catalog rebuild`: updates the catalog from the archives in directories. */
export const command: Command = {
  summary: 'rebuild the catalog from the archives on disk, and forget those that are gone',
  alsoKnownAs: ['rescan', 'scan'],
  operands: [{ name: 'DIR', kind: 'directory', optional: true, many: true }],
  examples: ['elysiactl col catalog rebuild', 'elysiactl col catalog rebuild /mnt/backups'],
  schemas: [lockOptions, catalogOptions],
  document: 'rebuild',
  exits: ['damage', 'notFound', 'locked'],
  docs: 'docs/archives.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const reports = await useCatalog(context, (catalog) => rebuildAll(context, catalog), 'make')
  context.done()
  const unreadable = reports.flatMap((report) => report.unreadable)
  if (unreadable[0] !== undefined) {
    const others = unreadable.length === 1 ? '' : `, and ${unreadable.length - 1} more`
    context.fail(EXIT.damage, `${unreadable[0].path} was left out: ${unreadable[0].message}${others}`)
  }
  if (console.json) return console.document({ roots: reports })
  if (reports.length === 0) return console.note('no archives are known, and no directory is named')
  for (const report of reports) {
    const { root, complete, partial, deleting, gone } = report
    for (const { path, message } of report.unreadable) console.warn(`${path} was left out: ${message}`)
    for (const { path, id, known } of report.copies)
      console.warn(`${path} has the same id ${id} as ${known}: it is not listed`)
    for (const { path, base } of report.without_base)
      console.warn(`${path} is an increment of ${base}, which is not there: it cannot be restored`)
    console.note(`${root}: ${complete} complete, ${partial} partial, ${deleting} half removed, ${gone} gone`)
  }
}

async function rebuildAll(context: Context, catalog: Catalog) {
  const { withoutBase } = await loadCatalog()
  const reports: RebuildReport[] = []
  for (const directory of directoriesOf(context, catalog)) {
    reports.push(await rebuild(context, catalog, directory))
  }
  // A base may be in another directory than its increment: only now are all of them known.
  return reports.map((report) => ({ ...report, without_base: withoutBase(catalog, report.root) }))
}

/** The named directories, or all that are known and exist. */
function directoriesOf(context: Context, catalog: Catalog): string[] {
  if (context.operands.length > 0) return context.operands.map((operand) => resolve(operand))
  return [...new Set([...catalog.roots(), backupRoot(context)])].filter(existsSync)
}

async function rebuild(context: Context, catalog: Catalog, directory: string): Promise<RebuildReport> {
  if (!existsSync(directory)) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no directory ${directory}`, {
      hint: 'name a directory that contains archives, at any depth',
    })
  }
  const { lockRoot, lockedRootOf } = await loadCatalog()
  const { rebuildRoot } = await loadRebuild()
  const { console, signal } = context
  const root = lockedRootOf(directory, catalog.roots())
  const { retryLockMs } = context.options(lockOptions)
  const options = { kind: 'exclusive', purpose: 'rebuild', retryForMs: retryLockMs, signal } as const
  const lock = await lockRoot(root, { ...options, onWait: eventView(console) }).catch(readOnly)
  try {
    return await rebuildRoot(catalog, directory, { root, signal })
  } finally {
    await lock?.release()
  }
}

/** Archives on a read-only file system can still be scanned: nobody removes them meanwhile. */
function readOnly(error: unknown): undefined {
  if (error instanceof ElysiaError && error.code === 'ELYSIA_STATE') return undefined
  throw error
}
