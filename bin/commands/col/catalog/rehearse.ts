import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lockedForReading } from '../../../cli/archivePath.ts'
import { archiveNamed, backupRoot, LATEST, useCatalog } from '../../../cli/catalog.ts'
import { damagedIn } from '../../../cli/chain/affected.ts'
import { archiveFinder } from '../../../cli/chain/finder.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { withHistory } from '../../../history.ts'
import {
  catalogOptions,
  type JobResult,
  lockOptions,
  type OptionsSchema,
  type RehearseReport,
  rehearseJob,
  rehearseOptions,
  userPaths,
} from '../../../library.ts'
import { retryOptions } from '../../../openOptions.ts'
import { eventView } from '../../../view/events.ts'
import { progressView } from '../../../view/progress.ts'
import { rehearsalText } from '../../../view/rehearsal.ts'
import { accessOptions } from './access.ts'

const intoOptions = {
  type: 'object',
  name: 'rehearseChoice',
  description: 'Where an archive is restored to see whether it can be.',
  properties: {
    into: {
      type: 'string',
      kind: 'target',
      description:
        'the store that gets the scratch class, as --target has it, a name too; without it an embedded store of its own',
      placeholder: 'TARGET',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `col catalog rehearse`: restores an archive into a scratch class, compares it, and removes it again. */
export const command: Command = {
  summary:
    'restore an archive into a scratch store, compare it, time it and remove it: proof that it can be restored',
  alsoKnownAs: ['drill'],
  operands: [
    {
      name: 'ID|latest:NAME|DIR|FILE',
      kind: 'archive',
      hint: 'name an archive; `elysiactl col catalog list` lists them',
    },
  ],
  examples: [
    'elysiactl col catalog rehearse latest:Article',
    'elysiactl col catalog rehearse 20261125t1003 --into http://localhost:8080',
    'elysiactl col catalog rehearse /backups/article --json',
  ],
  schemas: [rehearseOptions, intoOptions, accessOptions, lockOptions, catalogOptions],
  document: 'rehearsal',
  records: 'rehearse',
  exits: ['damage', 'conflict', 'notFound', 'locked', 'refused', 'unreachable'],
  docs: 'docs/automation.md',
  run,
}

/** An archive as the user named it, and what the catalog knows about it. */
interface Chosen {
  readonly location: string
  readonly known?: { readonly id: string; readonly collection: string }
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { into } = context.options(intoOptions)
  const chosen = await choose(context, context.operands[0]!)
  const { retryForMs } = context.options(rehearseOptions)
  const waiting = retryOptions(context, retryForMs)
  const target =
    into === undefined ? undefined : await context.readTarget({ address: into, flag: '--into' }, waiting)
  const { report, error } = await rehearsed(context, chosen, target?.store)
  await note(context, report, error)
  if (error === undefined) context.done()
  if (console.json) await console.document(report)
  else console.note(rehearsalText(report))
  if (error === undefined) return
  if (report.status === 'broken') context.fail(EXIT.damage, report.error!.message)
  else throw error
}

async function choose(context: Context, operand: string): Promise<Chosen> {
  return useCatalog(context, (catalog) => {
    if (!operand.startsWith(LATEST) && existsSync(operand)) {
      const location = resolve(operand)
      const known = catalog.at(location)
      return { location, ...(known && { known }) }
    }
    const known = archiveNamed(catalog, operand)
    if (operand.startsWith(LATEST)) context.console.note(`${operand} is ${known.id}`)
    return { location: known.location, known }
  })
}

async function rehearsed(
  context: Context,
  { location, known }: Chosen,
  into: Parameters<Awaited<ReturnType<typeof rehearseJob>>['runRehearsal']>[2]['into'],
): Promise<JobResult<RehearseReport>> {
  const { runRehearsal } = await rehearseJob()
  const { console, signal, stop } = context
  const lock = await lockedForReading(context, location, `rehearsal of ${location}`)
  const view = await progressView(context)
  const { state, cache } = userPaths()
  try {
    return await withHistory(eventView(console), async (history) =>
      runRehearsal(location, context.options(rehearseOptions), {
        ...history,
        stop,
        signal: lock === undefined ? signal : AbortSignal.any([signal, lock.lost]),
        ...view.looks,
        root: backupRoot(context),
        findArchive: await archiveFinder(context),
        notes: join(state, 'rehearsals'),
        cache,
        ...(known && { catalogEntry: known }),
        ...(into && { into }),
      }),
    )
  } finally {
    view.stop()
    await lock?.release()
  }
}

/**
 * Stores the result beside the archive and in the catalog, and damage of a base with that base. An error that kept the
 * rehearsal from finishing says nothing about the archive.
 */
async function note(
  context: Context,
  { archive, status, damaged, faults }: RehearseReport,
  error: unknown,
): Promise<void> {
  if (archive === '' || (status !== 'proved' && status !== 'broken')) return
  const time = new Date().toISOString()
  const [ok, errors] = [status === 'proved', faults.length]
  await useCatalog(context, async (catalog) => {
    const found = { level: 'records', time, ok: false, errors } as const
    if (damaged) {
      await catalog.recordVerification(archive, found)
      const link = damagedIn(error, archive)
      if (link !== undefined && link !== archive) await catalog.recordVerification(link, found)
    }
    await catalog.recordVerification(archive, { level: 'rehearsed', time, ok, errors })
  })
}
