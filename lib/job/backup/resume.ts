import { openArchive } from '../../archive/archive.ts'
import { JOURNAL_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import type { Manifest, Part } from '../../archive/manifest.ts'
import { hashFile } from '../../archive/part/write.ts'
import type { Place } from '../../archive/storage/storage.ts'
import { ElysiaError } from '../../core/errors.ts'

/** Refuses a place where something is, unless it is a backup to be resumed. @throws ElysiaError ELYSIA_CONFLICT */
export async function requireFree(place: Place, resume: boolean): Promise<void> {
  const complete = (await place.bytes(MANIFEST_FILE)) !== undefined
  const journalLeft = (await place.bytes(JOURNAL_FILE)) !== undefined
  if (complete && !(resume && journalLeft)) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${place.text} holds a complete archive already`, {
      hint: 'give another --to',
    })
  }
  if (resume) return
  for await (const { name } of place.list()) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${place.text} is not empty: it holds ${name}`, {
      hint: 'an interrupted backup is finished with --resume; else give another --to',
    })
  }
}

/** The manifest of a backup that was killed after it was sealed, once its journal is gone; else undefined. */
export async function finishSealed(place: Place): Promise<Manifest | undefined> {
  if ((await place.bytes(MANIFEST_FILE)) === undefined) return undefined
  const { manifest } = await openArchive(place)
  await place.remove(JOURNAL_FILE)
  return manifest
}

/** Parts whose file is as it was written. Where one of a stretch is not, its siblings do not count either. */
export async function wholeParts(
  place: Place,
  parts: readonly Part[],
  signal?: AbortSignal,
): Promise<Part[]> {
  const lost = new Set<string>()
  const stretch = ({ range, after, up_to }: Part) => JSON.stringify([range, after, up_to])
  for (const part of parts) {
    const whole =
      (await place.bytes(part.file)) === part.bytes &&
      (await hashFile(place, part.file, signal)).sha256 === part.sha256
    if (!whole) lost.add(stretch(part))
  }
  return parts.filter((part) => !lost.has(stretch(part)))
}
