import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { schemaDigest } from '../../archive/archive.ts'
import type { Manifest, Plan } from '../../archive/manifest.ts'
import { singleObjects } from '../../archive/single/objects.ts'
import { readSingle, type SingleArchive } from '../../archive/single/read.ts'
import { meterStream } from '../../core/channel/bytes.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { toThousandths } from '../../core/units.ts'
import { failureOf } from '../../run/failure.ts'
import { type JobResult, Run, type RunEnding, runJob } from '../../run/run.ts'
import { retryForOption } from '../../run/sharedOptions.ts'
import { VectorWidths } from './dimensions.ts'
import { type LiveFault, liveFaults } from './live.ts'
import type { VerifyOptions } from './options.ts'
import type { VerifyContext, VerifyReport } from './report.ts'
import { endStatus, entryOf, verifyCounts, verifyFacts } from './row.ts'

/**
 * Verifies an archive in a single file. Its digest covers all its bytes, so every level but `live` reads it completely;
 * `exists` checks only its first line.
 * @throws ElysiaError ELYSIA_NOT_FOUND
 */
export async function verifySingle(
  path: string,
  options: SingleOptions,
  context: VerifyContext = {},
): Promise<VerifyReport> {
  const { report, error } = await runVerifySingle(path, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `verifySingle`, but also resolves with the report if the verification failed or was interrupted.
 * @throws ElysiaError only if it could not begin: ELYSIA_NOT_FOUND
 */
export async function runVerifySingle(
  path: string,
  { level, retryForMs = retryForOption.default }: SingleOptions,
  context: VerifyContext = {},
): Promise<JobResult<VerifyReport>> {
  const { size } = await stat(path).catch((cause) => {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${path} does not exist`, { cause })
  })
  const run = new Run('verify', context)
  const findings: FileFindings = {
    faults: [],
    live: [],
    objects: 0,
    expired: 0,
    plan: undefined,
    manifest: undefined,
  }
  const work = async () => {
    const begin = () => run.begin(entryOf(path, findings.plan, context))
    await readDamage(path, level, findings, { signal: run.signal, begin })
    const { manifest } = findings
    if (level !== 'live' || manifest === undefined || context.against === undefined) return
    const archived = await singleObjects(() => bytesOf(path))
    const live = await liveFaults(manifest, context.against, archived, run, retryForMs)
    findings.live.push(...live.faults)
    findings.expired = live.expired
  }
  return runJob(run, work, {
    report: (ending) => reportOf(path, level, { ...findings, size }, ending),
    counts: verifyCounts,
    facts: verifyFacts,
  })
}

/** The options that concern a single file. */
export type SingleOptions = Pick<VerifyOptions, 'level'> & Partial<Pick<VerifyOptions, 'retryForMs'>>

/** What a verification of a single file has found so far. */
interface FileFindings {
  readonly faults: string[]
  readonly live: LiveFault[]
  objects: number
  expired: number
  plan: Plan | undefined
  manifest: Manifest | undefined
}

/**
 * Reads a file, or its first line, and records what is wrong with it.
 * @throws errors that say nothing about the archive
 */
async function readDamage(
  path: string,
  level: VerifyOptions['level'],
  findings: FileFindings,
  { signal, begin }: { readonly signal: AbortSignal; begin(): void },
): Promise<void> {
  try {
    const archive = await readSingle(bytesOf(path))
      .then((opened) => {
        findings.plan = opened.plan
        return opened
      })
      .finally(begin)
    if (level === 'exists') {
      archive.pages.destroy()
      return
    }
    const { objects, manifest } = await readWhole(path, archive, signal)
    findings.objects = objects
    findings.manifest = manifest
    findings.faults.push(...textFaults(archive.plan, manifest))
  } catch (error) {
    if (!(error instanceof ElysiaError) || !DAMAGE.has(error.code)) throw error
    findings.faults.push(messageOf(error))
  }
}

const DAMAGE: ReadonlySet<string> = new Set(['ELYSIA_DAMAGED', 'ELYSIA_COMPRESSION'])

function reportOf(
  path: string,
  level: VerifyOptions['level'],
  { faults: facts, live, objects, expired, plan, size }: FileFindings & { readonly size: number },
  ending: RunEnding,
): VerifyReport {
  const faults = [...facts.map((fact) => ({ fact, ids: [] })), ...live].map(({ fact, ids }) => ({
    file: path,
    fact,
    part: false,
    ...(ids.length > 0 && { ids }),
  }))
  const verdict = faults.length === 0 ? 'complete' : 'damaged'
  return {
    id: ending.id,
    archive: plan?.id ?? '',
    location: path,
    level,
    status: ending.error === undefined ? verdict : endStatus(ending),
    parts: 1,
    parts_checked: 1,
    objects_checked: objects,
    bytes_checked: level === 'exists' ? 0 : size,
    num_errors: faults.length,
    broken_parts: [],
    faults,
    ...(expired > 0 && { expired }),
    stopped: false,
    started_at: ending.startedAt,
    seconds: toThousandths(ending.seconds),
    ...(ending.error !== undefined && { error: failureOf(ending.error) }),
  }
}

function bytesOf(path: string): Readable {
  return meterStream(dirname(resolve(path)), createReadStream(path, { highWaterMark: 256 * 1024 }))
}

/**
 * Reads a file to its trailer. If it is damaged, reads it again and digests each object by itself, since another
 * program may have respelled its lines.
 * @throws ElysiaError ELYSIA_DAMAGED
 */
async function readWhole(path: string, archive: SingleArchive, signal?: AbortSignal) {
  try {
    return { objects: await countObjects(archive.pages, signal), manifest: archive.manifest() }
  } catch (error) {
    if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_DAMAGED') throw error
    const again = await readSingle(bytesOf(path), { foreign: true })
    return { objects: await countObjects(again.pages, signal), manifest: again.manifest() }
  }
}

async function countObjects(pages: NodeJS.ReadableStream, signal?: AbortSignal): Promise<number> {
  const widths = new VectorWidths()
  let objects = 0
  const count = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: StoredObject[], _, done) {
      objects += page.length
      const fault = widths.fault(page)
      done(fault === undefined ? null : new ElysiaError('ELYSIA_DAMAGED', fault))
    },
  })
  await pipeline([pages, count], signal ? { signal } : {})
  return objects
}

/** Fields that a plan and its manifest share. */
const TWICE = [
  'id',
  'collection',
  'content',
  'schema',
  'schema_sha256',
  'ranges',
  'aliases',
  'selection',
] as const

/** Contradictions between header and trailer, although each is complete. */
function textFaults(plan: Plan, manifest: Manifest): string[] {
  const faults = TWICE.filter((key) => !isDeepStrictEqual(plan[key], manifest[key])).map(
    (key) => `the trailer has another ${key} than the header`,
  )
  if (schemaDigest(manifest.schema) !== manifest.schema_sha256)
    faults.push('the schema has a SHA-256 that does not match the manifest')
  return faults
}
