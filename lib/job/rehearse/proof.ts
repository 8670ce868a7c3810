import { createReadStream, existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Chain, chainState, type FindArchive, isIncrement } from '../../archive/chain/chain.ts'
import { chainObjects } from '../../archive/chain/objects.ts'
import type { Manifest } from '../../archive/manifest.ts'
import type { ObjectSource } from '../../archive/object/source.ts'
import { archiveObjects } from '../../archive/part/objects.ts'
import { singleObjects } from '../../archive/single/objects.ts'
import { readSingle } from '../../archive/single/read.ts'
import { UNDO_HEADER } from '../../archive/undo/undo.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Emit } from '../../run/context.ts'
import { archiveSource } from '../restore/source/archive.ts'
import { chainSource } from '../restore/source/chain.ts'
import { openArchives, openSource } from '../restore/source/open.ts'
import type { RestoreSource } from '../restore/source/source.ts'

/** An archive as the source of a restore, and as what the result is compared with. */
export interface RehearsedArchive {
  readonly source: RestoreSource
  /** The expected content: ranges with the number and the digest of their objects. */
  readonly manifest: Manifest
  readonly objects: number
  readonly digest: string
  /** Its stored size in bytes, bases included. */
  readonly bytes: number
  /** Opens the archive again, to find out what differs. */
  archived(): Promise<ObjectSource>
}

/** Options for opening an archive that is rehearsed. */
export interface RehearsalOpenOptions {
  readonly root?: string
  readonly findArchive?: FindArchive
  readonly onEvent?: Emit
  readonly signal?: AbortSignal
}

/**
 * Opens an archive for a rehearsal: a directory, an increment with its bases, or a single file, which is read
 * completely.
 * @throws ElysiaError ELYSIA_USAGE if it is no archive of elysiactl, ELYSIA_DAMAGED, ELYSIA_INPUT_MISSING
 */
export async function openRehearsedArchive(
  path: string,
  options: RehearsalOpenOptions,
): Promise<RehearsedArchive> {
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isFile() === true) return openFile(path, stats.size, options)
  if (stats?.isDirectory() !== true) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no archive ${path}`, {
      hint: '`elysiactl col catalog list` lists archives; `elysiactl col catalog rebuild DIR` adds others',
    })
  }
  if (existsSync(join(path, UNDO_HEADER))) {
    throw noArchive(path, 'keeps what a run has changed', '`elysiactl col rollback RUN` puts that back')
  }
  return openDirectory(path, options)
}

async function openDirectory(path: string, options: RehearsalOpenOptions): Promise<RehearsedArchive> {
  const chain = await openArchives(path, options)
  const { newest, links } = chain
  const all = isIncrement(newest.manifest) ? ofChain(chain) : ofArchive(newest)
  const bytes = links.reduce((sum, { manifest }) => sum + manifest.totals.bytes, 0)
  return { ...all, bytes }
}

function ofArchive(archive: Chain['newest']): Omit<RehearsedArchive, 'bytes'> {
  const { manifest } = archive
  const { objects, digest } = manifest.totals
  return {
    ...{ source: archiveSource(archive), manifest: wholeManifest(manifest), objects, digest },
    archived: async () => archiveObjects(archive),
  }
}

/** The state of all links together: a range for each tenant, or one. */
function ofChain(chain: Chain): Omit<RehearsedArchive, 'bytes'> {
  const { manifest } = chain.newest
  const states = chainState(chain)
  const names = manifest.tenants?.map(({ name }) => name) ?? [undefined]
  const ranges = names.map((tenant) => (tenant === undefined ? {} : { tenant }))
  const parts = names.map((tenant, range) => ({ range, ...states.of(tenant) }))
  const { objects, digest } = states.all
  const state = { ...manifest, ranges, parts: parts as unknown as Manifest['parts'] }
  return {
    ...{ source: chainSource(chain), manifest: wholeManifest(state), objects, digest },
    archived: async () => chainObjects(chain),
  }
}

async function openFile(
  path: string,
  bytes: number,
  options: RehearsalOpenOptions,
): Promise<RehearsedArchive> {
  const { onEvent } = options
  const source = await openSource(path, { stdin: () => bytesOf(path), ...(onEvent && { onEvent }) })
  if (source.kind !== 'file') {
    await source.close?.()
    throw noArchive(path, 'was not made by `col backup`', '`elysiactl col restore --dry-run` checks it')
  }
  const { pages, ...archive } = await readSingle(bytesOf(path), { foreign: true })
  const nowhere = new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
  await pipeline([pages, nowhere], options.signal ? { signal: options.signal } : {})
  const manifest = archive.manifest()
  const { objects, digest } = manifest.totals
  return {
    ...{ source, manifest: wholeManifest(manifest), objects, digest, bytes },
    archived: () => singleObjects(() => bytesOf(path)),
  }
}

/**
 * The plan without selection and transforms: the archive is already the result of these, and all of it must be in the
 * scratch.
 */
function wholeManifest({ selection: _, transforms: __, ...manifest }: Manifest): Manifest {
  return manifest as Manifest
}

function bytesOf(path: string): Readable {
  return createReadStream(path, { highWaterMark: 256 * 1024 })
}

function noArchive(path: string, fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${path} cannot be rehearsed: it ${fact}`, { hint })
}
