import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { schemaDigest } from '../../archive/archive.ts'
import type { Manifest, Plan } from '../../archive/manifest.ts'
import { readSingle, type SingleArchive } from '../../archive/single/read.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { emitter } from '../../run/events.ts'
import { archivedInFile } from './archiveObjects.ts'
import { Widths } from './dimensions.ts'
import { liveFaults } from './live.ts'
import type { VerifyOptions } from './options.ts'
import type { VerifyCircumstances, VerifyReport } from './verify.ts'

/**
 * Verifies an archive in a single file. Its digest is over all of its bytes, so that every level but `live` reads it
 * whole; `exists` looks at its first line alone. @throws ElysiaError ELYSIA_NOT_FOUND
 */
export async function verifySingle(
  path: string,
  { level }: VerifyOptions,
  { signal, against, onEvent }: VerifyCircumstances = {},
): Promise<VerifyReport> {
  const startedMs = performance.now()
  const { size } = await stat(path).catch((cause) => {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${path} does not exist`, { cause })
  })
  let objects = 0
  let expired = 0
  let manifest: Manifest | undefined
  let id = ''
  const faults: string[] = []
  try {
    const archive = await readSingle(bytesOf(path))
    id = archive.plan.id
    if (level === 'exists') archive.pages.destroy()
    else {
      const whole = await readWhole(path, archive, signal)
      objects = whole.objects
      manifest = whole.manifest
      faults.push(...textFaults(archive.plan, manifest))
    }
  } catch (error) {
    if (!(error instanceof ElysiaError) || !/^ELYSIA_(DAMAGED|COMPRESSION)$/.test(error.code)) throw error
    faults.push(messageOf(error))
  }
  if (level === 'live' && manifest !== undefined && against !== undefined) {
    const archived = archivedInFile(path, manifest.ranges)
    const live = await liveFaults(manifest, against, archived, {
      ...(signal && { signal }),
      emit: emitter(onEvent),
    })
    faults.push(...live.faults)
    expired = live.expired
  }
  return {
    archive: id,
    location: path,
    level,
    status: faults.length === 0 ? 'whole' : 'damaged',
    parts: 1,
    parts_checked: 1,
    objects_checked: objects,
    bytes_checked: level === 'exists' ? 0 : size,
    num_errors: faults.length,
    broken_parts: [],
    faults: faults.map((fact) => ({ file: path, fact, part: false })),
    ...(expired > 0 && { expired }),
    stopped: false,
    seconds: (performance.now() - startedMs) / 1000,
  }
}

function bytesOf(path: string): Readable {
  return createReadStream(path, { highWaterMark: 256 * 1024 })
}

/**
 * Reads a file to its trailer. One that is found damaged is read a second time, each object digested by itself, since
 * another program may have spelled its lines. @throws ElysiaError ELYSIA_DAMAGED
 */
async function readWhole(path: string, archive: SingleArchive, signal?: AbortSignal) {
  try {
    return { objects: await counted(archive.pages, signal), manifest: archive.manifest() }
  } catch (error) {
    if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_DAMAGED') throw error
    const again = await readSingle(bytesOf(path), { foreign: true })
    return { objects: await counted(again.pages, signal), manifest: again.manifest() }
  }
}

async function counted(pages: NodeJS.ReadableStream, signal?: AbortSignal): Promise<number> {
  const widths = new Widths()
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

/** What a plan and its manifest say both. */
const TWICE = [
  'id',
  'collection',
  'content',
  'schema',
  'schema_sha256',
  'ranges',
  'aliases',
  'filter',
] as const

/** What header and trailer say that does not fit, though each is whole. */
function textFaults(plan: Plan, manifest: Manifest): string[] {
  const faults = TWICE.filter((key) => !isDeepStrictEqual(plan[key], manifest[key])).map(
    (key) => `the trailer has another ${key} than the header`,
  )
  if (schemaDigest(manifest.schema) !== manifest.schema_sha256)
    faults.push('the schema has another SHA-256 than the manifest says')
  return faults
}
