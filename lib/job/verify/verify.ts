import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Archive, manifestFile, openArchive } from '../../archive/archive.ts'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../../archive/files.ts'
import type { Manifest, Part } from '../../archive/manifest.ts'
import { sha256Of } from '../../archive/manifestFile.ts'
import { hashFile } from '../../archive/part/confirm.ts'
import { partPages } from '../../archive/part/read.ts'
import { readingOf } from '../../archive/part/reading.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { pool } from '../../async/pool.ts'
import { parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { toThousandths } from '../../core/units.ts'
import { resolveInput } from '../../options/options.ts'
import { failureOf } from '../../run/failure.ts'
import { type Ended, type Ending, Run, runJob } from '../../run/run.ts'
import { archivedInParts } from './archiveObjects.ts'
import { isFinding } from './damage.ts'
import { Widths } from './dimensions.ts'
import { liveFaults } from './live.ts'
import { type VerifyOptions, type VerifyOptionsInput, verifyOptions } from './options.ts'
import type { ArchiveFault, VerifyContext, VerifyReport } from './report.ts'
import { endedAs, entryOf, verifyCounts } from './row.ts'
import { sampled } from './sample.ts'

/**
 * Checks an archive against its manifest: each level looks at all that the one before it does. Faults are
 * collected, not thrown. `live` compares each range, by count and digest, with what a store holds now.
 * @throws ElysiaError ELYSIA_NOT_FOUND where there is no archive, and what keeps the store from being read
 */
export async function verify(
  storage: Storage,
  input: VerifyOptionsInput,
  context: VerifyContext = {},
): Promise<VerifyReport> {
  const { report, error } = await runVerify(storage, input, context)
  if (error !== undefined) throw error
  return report
}

/**
 * The same, resolving with the report also where the verification failed or was interrupted.
 * @throws ElysiaError only for what kept it from beginning: options, no archive
 */
export async function runVerify(
  storage: Storage,
  input: VerifyOptionsInput,
  context: VerifyContext = {},
): Promise<Ended<VerifyReport>> {
  const options = resolveInput(verifyOptions, input)
  const run = new Run('verify', context)
  const found = new Findings(options)
  const archive = await opened(storage, found)
  const work = async () => {
    run.begin(entryOf(storage.text, archive?.manifest, context))
    if (archive !== undefined) await check(archive, found, run)
  }
  return runJob(run, work, {
    report: (ending) => reportOf(storage, archive?.manifest, found, ending),
    counts: verifyCounts,
  })
}

async function check(archive: Archive, found: Findings, run: Run<VerifyContext>): Promise<void> {
  await found.of(() => besides(archive, found))
  const { level, sample } = found.options
  await checkParts(archive, sampled(archive.manifest.parts, sample), found, run)
  const { against } = run.context
  if (level !== 'live' || against === undefined || found.full) return
  const { faults, expired } = await liveFaults(archive.manifest, against, archivedInParts(archive), run)
  found.expired = expired
  for (const fact of faults) found.add({ file: MANIFEST_FILE, fact, part: false })
}

/** The faults so far, and whether there are enough of them. */
class Findings {
  readonly faults: ArchiveFault[] = []
  readonly options: VerifyOptions
  readonly widths = new Widths()
  parts = 0
  objects = 0
  bytes = 0
  expired = 0

  constructor(options: VerifyOptions) {
    this.options = options
  }

  get full(): boolean {
    return this.options.maxErrors > 0 && this.faults.length >= this.options.maxErrors
  }

  add(fault: ArchiveFault): void {
    if (!this.full) this.faults.push(fault)
  }

  /** Runs a check; what it finds damaged is noted, anything else passes. */
  async of(check: () => Promise<void>, file = MANIFEST_FILE, part = false): Promise<void> {
    try {
      await check()
    } catch (error) {
      if (!isFinding(error)) throw error
      this.add({ file, fact: messageOf(error), part })
    }
  }
}

async function opened(storage: Storage, found: Findings): Promise<Archive | undefined> {
  if (
    (await storage.bytes(MANIFEST_FILE)) === undefined &&
    (await storage.bytes(JOURNAL_FILE)) === undefined
  ) {
    if ((await storage.bytes(MANIFEST_COPY_FILE)) === undefined) return openArchive(storage)
  }
  let archive: Archive | undefined
  await found.of(async () => {
    archive = await openArchive(storage)
  })
  return archive
}

/** What lies beside the parts: the manifest's copy and the schema. */
async function besides({ storage, manifest }: Archive, found: Findings): Promise<void> {
  await found.of(async () => {
    const [text, copy] = [
      await manifestFile(storage, MANIFEST_FILE),
      await manifestFile(storage, MANIFEST_COPY_FILE),
    ]
    if (text !== copy) throw damaged('differs from manifest.json')
  }, MANIFEST_COPY_FILE)
  await found.of(async () => {
    const text = await manifestFile(storage, SCHEMA_FILE)
    if (!isDeepStrictEqual(schemaIn(text), manifest.schema))
      throw damaged('is not the schema of the manifest')
    if (sha256Of(text) !== manifest.schema_sha256)
      throw damaged('has a SHA-256 that does not match the manifest')
  }, SCHEMA_FILE)
}

/** Undefined where it is no JSON: no schema is. */
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
  found: Findings,
  { signal, emit }: Run,
): Promise<void> {
  const { workers } = found.options
  await pool(untilFull(parts, found), { workers, signal }, async (part, ownSignal) => {
    await found.of(() => checkPart(archive, part, found, ownSignal), part.file, true)
    found.parts += 1
    emit({ type: 'progress', unit: 'parts', done: found.parts, total: parts.length })
  })
}

/** Parts, until there are as many faults as were asked for. */
function* untilFull(parts: readonly Part[], found: Findings): Generator<Part> {
  for (const part of parts) {
    if (found.full) return
    yield part
  }
}

async function checkPart({ storage, manifest }: Archive, part: Part, found: Findings, signal: AbortSignal) {
  const bytes = await storage.bytes(part.file)
  if (bytes === undefined) throw damaged('is missing')
  if (bytes !== part.bytes) throw damaged(`has ${bytes} bytes, the manifest says ${part.bytes}`)
  if (found.options.level === 'exists') return
  if (found.options.level === 'stored') {
    const { sha256 } = await hashFile(storage, part.file, signal)
    if (sha256 !== part.sha256) throw damaged('has a SHA-256 that does not match the manifest')
  } else {
    const pages = partPages(await readingOf(storage, manifest, part))
    const count = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: StoredObject[], _, done) {
        found.objects += page.length
        const fault = found.widths.fault(page)
        done(fault === undefined ? null : damaged(fault))
      },
    })
    await pipeline(pages, count, { signal })
  }
  found.bytes += bytes
}

function damaged(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', fact)
}

function reportOf(
  storage: Storage,
  manifest: Manifest | undefined,
  found: Findings,
  ending: Ending,
): VerifyReport {
  const { faults } = found
  const broken = [...new Set(faults.filter(({ part }) => part).map(({ file }) => file))].sort()
  return {
    id: ending.id,
    archive: manifest?.id ?? '',
    location: storage.text,
    level: found.options.level,
    status: ending.error === undefined ? statusOf(manifest, found) : endedAs(ending),
    parts: manifest?.parts.length ?? 0,
    parts_checked: found.parts,
    objects_checked: found.objects,
    bytes_checked: found.bytes,
    num_errors: faults.length,
    broken_parts: broken,
    faults,
    ...(found.expired > 0 && { expired: found.expired }),
    stopped: found.full,
    ...(broken.length > 0 && { suggested_command: `elysiactl col restore ${storage.text} --skip-damaged` }),
    started_at: ending.startedAt,
    seconds: toThousandths(ending.seconds),
    ...(ending.error !== undefined && { error: failureOf(ending.error) }),
  }
}

function statusOf(manifest: Manifest | undefined, { faults, parts }: Findings): VerifyReport['status'] {
  if (faults.length > 0) return 'damaged'
  return parts === 0 && (manifest?.parts.length ?? 0) > 0 ? 'unchecked' : 'complete'
}
