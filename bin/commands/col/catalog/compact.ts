import { archiveNamed, useCatalog } from '../../../cli/catalog.ts'
import { DamageNotes } from '../../../cli/chain/damage.ts'
import { archiveFinder } from '../../../cli/chain/finder.ts'
import { lockedWithBases } from '../../../cli/chain/locks.ts'
import type { Command, Context } from '../../../cli/command.ts'
import { ARCHIVE } from '../../../cli/operands.ts'
import {
  type ArchiveDetails,
  type CompactReport,
  catalogOptions,
  compactJob,
  ElysiaError,
  lockOptions,
  pluralize,
  roughSize,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'
import { progressView } from '../../../view/progress.ts'

/** `col catalog compact`: an increment and its bases → a full archive in its place. */
export const command: Command = {
  records: 'compact',
  summary: 'fold an increment and its bases into a full archive',
  operands: [ARCHIVE],
  examples: ['elysiactl col catalog compact latest:Article', 'elysiactl col catalog compact 20261125t1003'],
  schemas: [lockOptions, catalogOptions],
  document: 'compaction',
  exits: ['damage', 'conflict', 'notFound', 'locked'],
  docs: 'docs/archives.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, signal, stop } = context
  const [id = ''] = context.operands
  const archive = await useCatalog(context, (catalog) => archiveNamed(catalog, id))
  requireComplete(archive)
  const { lockRoot } = await compactJob()
  const ended = AbortSignal.any([signal, stop])
  const purpose = `compaction of ${archive.location}`
  const own = await lockRoot(archive.root, {
    kind: 'exclusive',
    purpose,
    retryForMs: context.options(lockOptions).retryLockMs,
    signal: ended,
    onWait: eventView(console),
  })
  const lock = await lockedWithBases(context, own, archive.location, purpose)
  try {
    const report = await compacted(context, archive, AbortSignal.any([ended, lock.lost]))
    context.done()
    if (console.json) return console.document(report)
    console.note(summary(report))
  } finally {
    await lock.release()
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT */
function requireComplete({ id, status, shape }: ArchiveDetails): void {
  if (status === 'complete' && shape === 'directory') return
  const fact = shape === 'file' ? 'is a single file, not an increment' : `is ${status}`
  throw new ElysiaError('ELYSIA_CONFLICT', `${id} ${fact}`, { hint: 'name a complete increment' })
}

async function compacted(
  context: Context,
  { location, root, shape }: ArchiveDetails,
  signal: AbortSignal,
): Promise<CompactReport> {
  const { compact, openArchive, openChain, directoryStorage, readAnnotations, tellingDamage } =
    await compactJob()
  const view = await progressView(context)
  const { onEvent } = view.looks
  const damage = new DamageNotes(context, location)
  const work = async () => {
    const archive = await openArchive(directoryStorage(location))
    return compact(await openChain(archive, await archiveFinder(context)), { signal, onEvent })
  }
  const report = await damage.during(() => tellingDamage(work, damage.add)).finally(view.stop)
  // The manifest is authoritative; annotations of the archive stay.
  const { manifest } = await openArchive(directoryStorage(location))
  const where = { root, location, shape }
  const annotations = await readAnnotations(where, manifest.id, directoryStorage)
  await useCatalog(context, (catalog) => catalog.upsert(manifest, where, annotations))
  return report
}

function summary({ status, archive, links, objects, bytes, location }: CompactReport): string[] {
  if (status === 'unchanged') return [`${archive} is a full archive already`]
  return [
    `done: ${archive} is a full archive of ${pluralize(objects, 'object')}, made of ${pluralize(links, 'archive')}; ${roughSize(bytes)}`,
    `it no longer needs a base: \`elysiactl col catalog cleanup\` shows what can be removed`,
    `archive: ${location}`,
  ]
}
