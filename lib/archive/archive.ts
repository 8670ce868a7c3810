import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ElysiaError } from '../core/errors.ts'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from './files.ts'
import type { Manifest } from './manifest.ts'
import { manifestReader, manifestText, sha256Of } from './manifestFile.ts'
import { placeFailure } from './storage/failure.ts'
import type { Place } from './storage/storage.ts'

/** A complete archive in a place. */
export interface Archive {
  readonly place: Place
  readonly manifest: Manifest
}

// A manifest names every part; at 64 MiB a part this is an archive of some 20 TB.
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024

/**
 * Opens an archive by its manifest.
 * @throws ElysiaError ELYSIA_NOT_FOUND where there is none, ELYSIA_DAMAGED where it is damaged or a backup
 * did not come to its end
 */
export async function openArchive(place: Place): Promise<Archive> {
  const bytes = await place.bytes(MANIFEST_FILE)
  if (bytes === undefined) throw await noManifest(place)
  const read = await manifestReader()
  return { place, manifest: read(await manifestFile(place, MANIFEST_FILE), `${place.text}/manifest.json`) }
}

/**
 * Opens an archive by the copy of its manifest, for where that itself is damaged.
 * @throws ElysiaError ELYSIA_DAMAGED where the copy is not whole either
 */
export async function openByCopy(place: Place): Promise<Archive> {
  const read = await manifestReader()
  const where = `${place.text}/${MANIFEST_COPY_FILE}`
  return { place, manifest: read(await manifestFile(place, MANIFEST_COPY_FILE), where) }
}

/** The text of a manifest, bounded. */
export async function manifestFile(place: Place, name: string): Promise<string> {
  const bytes = (await place.bytes(name)) ?? 0
  if (bytes > MAX_MANIFEST_BYTES) {
    throw new ElysiaError('ELYSIA_DAMAGED', `${place.text}/${name} is larger than a manifest can be`)
  }
  return text(await place.read(name))
}

/** Makes a directory of parts an archive: schema, copy, manifest, each durable, then the journal goes. */
export async function sealArchive(
  place: Place,
  manifest: Manifest,
  at: (step: string) => void,
): Promise<void> {
  const sealed = manifestText(manifest)
  await put(place, SCHEMA_FILE, schemaText(manifest.schema))
  at('backup.before-copy')
  await put(place, MANIFEST_COPY_FILE, sealed)
  at('backup.before-manifest')
  await put(place, MANIFEST_FILE, sealed)
  at('backup.before-journal')
  if ((await manifestFile(place, MANIFEST_FILE)) !== sealed) {
    await place.remove(MANIFEST_FILE)
    throw new ElysiaError(
      'ELYSIA_STATE',
      `${place.text}/${MANIFEST_FILE} reads back other than it was written`,
      {
        hint: 'check the disk, or give another --to',
      },
    )
  }
  await place.remove(JOURNAL_FILE)
}

/** The class JSON as `schema.json` holds it. */
export function schemaText(schema: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The digest of `schema.json`. */
export function schemaDigest(schema: Readonly<Record<string, unknown>>): string {
  return sha256Of(schemaText(schema))
}

async function put(place: Place, name: string, content: string): Promise<void> {
  await place.remove(name)
  const deposit = await place.create(name)
  try {
    await pipeline([content], deposit.stream)
    await deposit.commit()
  } catch (error) {
    await deposit.discard()
    throw placeFailure(error, place, name)
  }
}

async function noManifest(place: Place): Promise<ElysiaError> {
  if ((await place.bytes(JOURNAL_FILE)) !== undefined) {
    return new ElysiaError('ELYSIA_DAMAGED', `${place.text} is a backup that did not come to its end`, {
      hint: 'the command that made it, with --resume, finishes it',
    })
  }
  return new ElysiaError('ELYSIA_NOT_FOUND', `${place.text} is no archive: it has no manifest.json`)
}
