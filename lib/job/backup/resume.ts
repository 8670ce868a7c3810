import { openArchive } from '../../archive/archive.ts'
import { JOURNAL_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import { readJournal } from '../../archive/journal.ts'
import type { IndexPart, Manifest, Part } from '../../archive/manifest.ts'
import { hashFile } from '../../archive/part/confirmPart.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { ElysiaError } from '../../core/errors.ts'

/** Refuses a place that is not empty, unless it holds a backup to resume. @throws ElysiaError ELYSIA_CONFLICT */
export async function requireFree(storage: Storage, resume: boolean): Promise<void> {
  const complete = (await storage.bytes(MANIFEST_FILE)) !== undefined
  const journalLeft = (await storage.bytes(JOURNAL_FILE)) !== undefined
  if (complete && !(resume && journalLeft)) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${storage.text} holds a complete archive already`, {
      hint: 'give another --to',
    })
  }
  if (resume) return
  for await (const { name } of storage.list()) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${storage.text} is not empty: it holds ${name}`, {
      hint: 'an interrupted backup is finished with --resume; else give another --to',
    })
  }
}

/** Whether a backup was begun there, and not finished. @throws ElysiaError ELYSIA_DAMAGED */
export async function isBegun(storage: Storage): Promise<boolean> {
  return (await readJournal(storage)) !== undefined
}

/** The manifest of a backup that was killed after it was sealed, once its journal is gone; otherwise undefined. */
export async function finishSealed(storage: Storage): Promise<Manifest | undefined> {
  if ((await storage.bytes(MANIFEST_FILE)) === undefined) return undefined
  const { manifest } = await openArchive(storage)
  await storage.remove(JOURNAL_FILE)
  return manifest
}

interface Files {
  readonly parts: readonly Part[]
  readonly index: readonly IndexPart[]
}

/** Parts and index files that are as they were written. If one of a gap is not, its siblings do not count either. */
export async function intactParts(
  storage: Storage,
  { parts, index }: Files,
  signal?: AbortSignal,
): Promise<Files> {
  const lost = new Set<string>()
  const gap = ({ range, after, up_to }: Part | IndexPart) => JSON.stringify([range, after, up_to])
  for (const part of [...parts, ...index]) {
    const whole =
      (await storage.bytes(part.file)) === part.bytes &&
      (await hashFile(storage, part.file, signal)).sha256 === part.sha256
    if (!whole) lost.add(gap(part))
  }
  const isWhole = (part: Part | IndexPart) => !lost.has(gap(part))
  return { parts: parts.filter(isWhole), index: index.filter(isWhole) }
}
