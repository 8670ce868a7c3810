import { pipeline } from 'node:stream/promises'
import { type Archive, replaceManifest } from '../../archive/archive.ts'
import { type Chain, chainState, isIncrement } from '../../archive/chain/chain.ts'
import { chainObjects } from '../../archive/chain/objects.ts'
import { INDEX_DIRECTORY } from '../../archive/files.ts'
import { rangeOf } from '../../archive/idRange.ts'
import type { IndexPart, Manifest, Part, Plan } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { confirmPart } from '../../archive/part/confirmPart.ts'
import { partWriter } from '../../archive/part/writer.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { pool } from '../../async/pool.ts'
import { isLeftover, isPartName } from '../../catalog/ownFiles.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import { scaledToMemory } from '../../core/memory/limits.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { emitter } from '../../run/events.ts'
import { newRunId } from '../../run/record.ts'
import type { RunEntry } from '../../run/row.ts'
import { Run, runJob } from '../../run/run.ts'
import { encodingOf } from '../backup/encoding.ts'
import { indexPartOf, numbersAfter, openPart, type PartFiles, partOf } from '../backup/scan/partFiles.ts'
import { Partitions } from '../backup/scan/partitions.ts'
import type { CompactContext, CompactReport } from './report.ts'

const PART_BYTES = 64 * 1024 * 1024
const RANGES_AT_ONCE = 2
const MOST_PARTITIONS = 1_000_000

/**
 * Turns an increment into a full archive with the same id and state, from it and its bases, without any store. Writes
 * new files beside its own, reads them again, and compares them with the state in the manifest; then replaces the
 * manifest in one step, and removes the old files. Increments based on it stay valid. Killed at any moment, it is
 * either one or the other, and the same call finishes it. For a full archive, only removes what a killed call left. The
 * caller holds an exclusive lock on its root. Memory: two pages of each link and what an encoder holds, for two ranges
 * at once, or one under a tight limit.
 * @throws ElysiaError ELYSIA_DAMAGED if a link is damaged, or the links do not give the state; then nothing is changed
 */
export async function compact(chain: Chain, context: CompactContext = {}): Promise<CompactReport> {
  const run = new Run('compact', context)
  let made: CompactReport | undefined
  const work = async () => {
    run.begin(entryOf(chain))
    made = await compacted(chain, context)
  }
  const { error } = await runJob(run, work, {
    report: () => made,
    counts: (report) => ({
      objects: report?.objects ?? 0,
      parts: report?.parts ?? 0,
      links: chain.links.length,
    }),
    facts: (report) => ({
      archive: chain.newest.manifest.id,
      ...(report?.status === 'done' && { archive_bytes: report.bytes, bytes_out: report.bytes }),
    }),
  })
  if (made === undefined) throw error
  return made
}

/** The run's target is the archive's location, its inputs are the chain's archives. */
function entryOf({ newest: { storage, manifest }, links }: Chain): RunEntry {
  const { collection } = manifest
  const inputs = links.map((link) => link.manifest.id)
  return { run: newRunId(), key: { target: storage.text, class: collection, inputs }, collection }
}

async function compacted(chain: Chain, context: CompactContext): Promise<CompactReport> {
  const { storage, manifest } = chain.newest
  const before = chain.links.length
  if (!isIncrement(manifest)) {
    await removeOthers(storage, manifest)
    return reportOf(chain.newest, 'unchanged', before)
  }
  await removeOthers(storage, manifest)
  const full = await writeFull(chain, context)
  failpoint('compact.before-copy')
  await replaceManifest(storage, full, failpoint)
  failpoint('compact.after-manifest')
  await removeOthers(storage, full)
  return reportOf({ storage, manifest: full }, 'done', before)
}

/** Writes the complete content of the chain beside the increment, and makes its manifest. */
async function writeFull(chain: Chain, { signal, onEvent }: CompactContext): Promise<Manifest> {
  const { storage, manifest } = chain.newest
  const { partition_by: by } = manifest
  const schema = manifest.schema as unknown as CollectionSchema
  const files: PartFiles = {
    storage,
    plan: manifest,
    encoding: await encodingOf(manifest as unknown as Plan),
    partitions: by === undefined || by === 'tenant' ? undefined : new Partitions(by, schema, MOST_PARTITIONS),
    isIndexed: true,
    numbers: numbersAfter([...manifest.parts, ...(manifest.index ?? [])]),
  }
  const parts: Part[] = []
  const index: IndexPart[] = []
  const source = chainObjects(chain)
  const emit = emitter(onEvent)
  const total = chainState(chain).all.objects
  let done = 0
  await pool(
    manifest.ranges.entries(),
    { workers: scaledToMemory(RANGES_AT_ONCE), signal },
    async ([range, ids], own) => {
      const gap = { range, ...rangeOf(ids) }
      const parted = partWriter({
        range: gap,
        partBytes: PART_BYTES,
        onObjects: (more) => {
          done += more
          emit({ type: 'progress', unit: 'objects', done, total })
        },
        open: () => openPart(files, gap),
        onPart: async (made, covers, _leftOut, madeIndex) => {
          const own = made.map((file) => partOf(file, range, covers, { filtered: 0, rejected: 0 }))
          const ownIndex = indexPartOf(madeIndex!, range, covers, false)
          for (const { file, sha256 } of [...own, ownIndex]) await confirmPart(storage, file, sha256, signal)
          parts.push(...own)
          index.push(ownIndex)
        },
      })
      await pipeline([source.pages(gap), parted], { signal: own })
    },
  )
  const full = fullManifest(manifest, inOrder(parts), inOrder(index))
  await requireSame(storage, manifest, full)
  return full
}

function inOrder<T extends Part | IndexPart>(files: readonly T[]): T[] {
  return [...files].sort((a, b) => a.range - b.range || (a.file < b.file ? -1 : 1))
}

function fullManifest(increment: Manifest, parts: Part[], index: IndexPart[]): Manifest {
  const { kind: _, parent: __, state: ___, ...rest } = increment
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((total, part) => total + part[key], 0)
  const objects = sum('objects')
  return {
    ...rest,
    parts,
    index,
    totals: {
      objects,
      vectors: sum('vectors'),
      bytes: sum('bytes'),
      raw_bytes: sum('raw_bytes'),
      digest: sumOfDigests(parts.map(({ digest }) => digest)),
    },
    counts: { ...rest.counts, written: objects },
  }
}

/** @throws ElysiaError ELYSIA_DAMAGED, after removing the new files, if they differ from what the increment says */
async function requireSame(storage: Storage, increment: Manifest, { totals }: Manifest): Promise<void> {
  const { state, id } = increment
  if (totals.objects === state?.objects && totals.digest === state.digest) return
  await removeOthers(storage, increment)
  throw new ElysiaError(
    'ELYSIA_DAMAGED',
    `${id} and its bases hold ${totals.objects} objects, which are not the ${state?.objects} that it declares`,
    { hint: 'nothing was changed; `col catalog verify` says which of them is damaged' },
  )
}

/** Removes part and index files that the manifest does not name, and unfinished ones. */
async function removeOthers(storage: Storage, { parts, index = [] }: Manifest): Promise<void> {
  const known = new Set([...parts, ...index].map(({ file }) => file))
  for (const directory of ['parts', INDEX_DIRECTORY])
    for await (const { name } of storage.list(directory))
      if (!known.has(name) && isPartName(name)) await storage.remove(name)
  for await (const { name } of storage.unfinished()) if (isLeftover(name, known)) await storage.remove(name)
}

function reportOf(
  { storage, manifest }: Archive,
  status: CompactReport['status'],
  links: number,
): CompactReport {
  const { id, totals, parts } = manifest
  const { objects, bytes, digest } = totals
  return { status, archive: id, location: storage.text, links, objects, parts: parts.length, bytes, digest }
}
