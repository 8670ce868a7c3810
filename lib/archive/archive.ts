import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ElysiaError } from '../core/errors.ts'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from './files.ts'
import type { Manifest } from './manifest.ts'
import { MAX_MANIFEST_BYTES, manifestReader, readableManifest, sha256Of } from './manifestFile.ts'
import { storageFailure } from './storage/failure.ts'
import type { Storage } from './storage/storage.ts'

/** A complete archive and its storage. */
export interface Archive {
  readonly storage: Storage
  readonly manifest: Manifest
}

/**
 * Opens an archive by its manifest.
 * @throws ElysiaError ELYSIA_NOT_FOUND if there is no archive, ELYSIA_DAMAGED if it is damaged or its backup never
 * finished
 */
export async function openArchive(storage: Storage): Promise<Archive> {
  const bytes = await storage.bytes(MANIFEST_FILE)
  if (bytes === undefined) throw await noManifest(storage)
  const read = await manifestReader()
  return {
    storage,
    manifest: read(await manifestFile(storage, MANIFEST_FILE), `${storage.text}/manifest.json`),
  }
}

/**
 * Opens an archive by the copy of its manifest, if the manifest itself is damaged.
 * @throws ElysiaError ELYSIA_DAMAGED if the copy is damaged too
 */
export async function openByCopy(storage: Storage): Promise<Archive> {
  const read = await manifestReader()
  const where = `${storage.text}/${MANIFEST_COPY_FILE}`
  return { storage, manifest: read(await manifestFile(storage, MANIFEST_COPY_FILE), where) }
}

/** The text of a manifest, bounded. */
export async function manifestFile(storage: Storage, name: string): Promise<string> {
  const bytes = (await storage.bytes(name)) ?? 0
  if (bytes > MAX_MANIFEST_BYTES) {
    throw new ElysiaError('ELYSIA_DAMAGED', `${storage.text}/${name} is larger than a manifest can be`)
  }
  return text(await storage.read(name))
}

/** Completes an archive: writes schema, copy and manifest, each durable, then removes the journal. */
export async function sealArchive(
  storage: Storage,
  manifest: Manifest,
  at: (step: string) => void,
): Promise<void> {
  const sealed = readableManifest(manifest)
  await put(storage, SCHEMA_FILE, schemaText(manifest.schema))
  at('backup.before-copy')
  await put(storage, MANIFEST_COPY_FILE, sealed)
  at('backup.before-manifest')
  await put(storage, MANIFEST_FILE, sealed)
  at('backup.before-journal')
  if ((await manifestFile(storage, MANIFEST_FILE)) !== sealed) {
    await storage.remove(MANIFEST_FILE)
    throw new ElysiaError(
      'ELYSIA_STATE',
      `${storage.text}/${MANIFEST_FILE} does not read back as it was written`,
      {
        hint: 'check the disk, or give another --to',
      },
    )
  }
  await storage.remove(JOURNAL_FILE)
}

/**
 * Replaces an archive's manifest: first its copy, then the manifest, each atomically, so that one of them is always
 * complete. The files that both manifests name must exist until then.
 */
export async function replaceManifest(
  storage: Storage,
  manifest: Manifest,
  at: (step: string) => void,
): Promise<void> {
  const sealed = readableManifest(manifest)
  await write(storage, MANIFEST_COPY_FILE, sealed)
  at('compact.before-manifest')
  await write(storage, MANIFEST_FILE, sealed)
}

/** The text of `schema.json` for a class. */
export function schemaText(schema: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The digest of `schema.json`. */
export function schemaDigest(schema: Readonly<Record<string, unknown>>): string {
  return sha256Of(schemaText(schema))
}

async function put(storage: Storage, name: string, content: string): Promise<void> {
  await storage.remove(name)
  await write(storage, name, content)
}

/** Replaces an existing file of this name atomically. */
async function write(storage: Storage, name: string, content: string): Promise<void> {
  const upload = await storage.create(name)
  try {
    await pipeline([content], upload.stream)
    await upload.commit()
  } catch (error) {
    await upload.discard()
    throw storageFailure(error, storage, name)
  }
}

async function noManifest(storage: Storage): Promise<ElysiaError> {
  if ((await storage.bytes(JOURNAL_FILE)) !== undefined) {
    return new ElysiaError('ELYSIA_DAMAGED', `${storage.text} is an unfinished backup`, {
      hint: 'finish it with the command that made it and --resume',
    })
  }
  return new ElysiaError('ELYSIA_NOT_FOUND', `${storage.text} is not an archive: it has no manifest.json`)
}
