import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Archive, manifestFile } from '../../archive/archive.ts'
import { indexPages } from '../../archive/chain/indexPages.ts'
import { MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../../archive/files.ts'
import type { Part } from '../../archive/manifest.ts'
import { sha256Of } from '../../archive/manifestFile.ts'
import { hashFile } from '../../archive/part/confirmPart.ts'
import { partReadOptions } from '../../archive/part/partReadOptions.ts'
import { partPages } from '../../archive/part/read.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { pool } from '../../async/pool.ts'
import { parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Run } from '../../run/run.ts'
import type { Findings } from './findings.ts'
import { sampleParts } from './sample.ts'

/**
 * Checks the files of one archive against its manifest, as deeply as the level says. `below` is prefixed to file names
 * in findings: for a base, its directory.
 */
export async function checkFiles(archive: Archive, found: Findings, run: Run, below = ''): Promise<void> {
  await found.of(() => besides(archive, found, below), below + MANIFEST_FILE)
  const { parts } = archive.manifest
  await checkParts(archive, sampleParts(parts, found.options.sample), found, run, below)
  await checkIndex(archive, found, run, below)
}

/** The files besides the parts: the copy of the manifest and the schema. */
async function besides({ storage, manifest }: Archive, findings: Findings, below: string): Promise<void> {
  await findings.of(async () => {
    const [text, copy] = [
      await manifestFile(storage, MANIFEST_FILE),
      await manifestFile(storage, MANIFEST_COPY_FILE),
    ]
    if (text !== copy) throw damaged('differs from manifest.json')
  }, below + MANIFEST_COPY_FILE)
  await findings.of(async () => {
    const text = await manifestFile(storage, SCHEMA_FILE)
    if (!isDeepStrictEqual(schemaIn(text), manifest.schema))
      throw damaged('is not the schema of the manifest')
    if (sha256Of(text) !== manifest.schema_sha256)
      throw damaged('has a SHA-256 that does not match the manifest')
  }, below + SCHEMA_FILE)
}

/** Undefined if it is not JSON: no schema is. */
function schemaIn(text: string): unknown {
  try {
    return parseBounded(text)
  } catch {
    return undefined
  }
}

async function checkParts(
  archive: Archive,
  parts: readonly Part[],
  findings: Findings,
  { signal, emit }: Run,
  below: string,
): Promise<void> {
  const { workers } = findings.options
  await pool(untilFull(parts, findings), { workers, signal }, async (part, ownSignal) => {
    await findings.of(() => checkPart(archive, part, findings, ownSignal), below + part.file, below === '')
    findings.parts += 1
    emit({ type: 'progress', unit: 'parts', done: findings.parts, total: findings.due })
  })
}

/** Yields parts until there are as many faults as requested. */
function* untilFull<T>(parts: readonly T[], found: Findings): Generator<T> {
  for (const part of parts) {
    if (found.full) return
    yield part
  }
}

async function checkPart(
  { storage, manifest }: Archive,
  part: Part,
  findings: Findings,
  signal: AbortSignal,
) {
  const bytes = await requireSize(storage, part)
  if (findings.options.level === 'exists') return
  if (findings.options.level === 'stored') await requireHash(storage, part, signal)
  else {
    const pages = partPages(await partReadOptions(storage, manifest, part))
    const count = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: StoredObject[], _, done) {
        findings.objects += page.length
        const fault = findings.widths.fault(page)
        done(fault === undefined ? null : damaged(fault))
      },
    })
    await pipeline(pages, count, { signal })
  }
  findings.bytes += bytes
}

/** The files of the index: their sizes, their bytes, their entries. */
async function checkIndex(
  { storage, manifest: { index = [] } }: Archive,
  findings: Findings,
  { signal }: Run,
  below: string,
): Promise<void> {
  const { workers, level } = findings.options
  await pool(untilFull(index, findings), { workers, signal }, async (part, ownSignal) => {
    await findings.of(async () => {
      await requireSize(storage, part)
      if (level === 'exists') return
      if (level === 'stored') await requireHash(storage, part, ownSignal)
      else await pipeline(indexPages(storage, part), nothing(), { signal: ownSignal })
    }, below + part.file)
  })
}

function nothing(): Writable {
  return new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
}

type StoredFile = Pick<Part, 'file' | 'bytes' | 'sha256'>

async function requireSize(storage: Storage, { file, bytes }: StoredFile): Promise<number> {
  const found = await storage.bytes(file)
  if (found === undefined) throw damaged('is missing')
  if (found !== bytes) throw damaged(`has ${found} bytes, the manifest says ${bytes}`)
  return found
}

async function requireHash(
  storage: Storage,
  { file, sha256 }: StoredFile,
  signal: AbortSignal,
): Promise<void> {
  const found = await hashFile(storage, file, signal)
  if (found.sha256 !== sha256) throw damaged('has a SHA-256 that does not match the manifest')
}

function damaged(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', fact)
}
