import { openArchive } from '../../archive/archive.ts'
import { JOURNAL_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import { readJournal } from '../../archive/journal.ts'
import type { Plan } from '../../archive/manifest.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { ElysiaError, rewordError } from '../../core/errors.ts'
import type { Store } from '../../store/store.ts'
import type { BackupOptions } from './options.ts'
import { collectionInfoOf, type TransformSettings } from './plan.ts'
import { requireResumable } from './resumeChecks.ts'

/** What exists in the place of one collection of a set. */
export interface SetMember {
  /** True if its manifest is that of a complete backup, and every part exists in its size. */
  readonly isComplete: boolean
  /** True if a backup was begun there. */
  readonly isBegun: boolean
  /** The set in which it was begun. */
  readonly set: string | undefined
}

/** What the member should be. */
export interface MemberRequest extends TransformSettings {
  readonly store: Store
  readonly collection: string
  readonly options: BackupOptions
}

/**
 * Inspects the place of one collection of a resumed set.
 * @throws ElysiaError ELYSIA_DAMAGED for a damaged manifest or journal; ELYSIA_CONFLICT if another collection is there,
 * or a complete backup with other options
 */
export async function setMember(storage: Storage, wanted: MemberRequest): Promise<SetMember> {
  const { collection, store } = wanted
  const { target } = store
  const isSealed = (await storage.bytes(MANIFEST_FILE)) !== undefined
  const plan = isSealed ? (await openArchive(storage)).manifest : (await readJournal(storage))?.plan
  if (plan !== undefined && (plan.collection !== collection || plan.source.target !== target)) {
    const fact = `${storage.text} holds ${plan.collection} of ${plan.source.target}, and not ${collection} of ${target}`
    throw new ElysiaError('ELYSIA_CONFLICT', fact, { hint: 'nothing was written there; give another --to' })
  }
  const isEnded = isSealed && (await storage.bytes(JOURNAL_FILE)) === undefined
  if (isEnded) {
    const { manifest } = await openArchive(storage)
    await requireSameOptions(manifest, wanted, storage.text)
    for (const { file, bytes } of manifest.parts) await requireWhole(storage, file, bytes)
  }
  return { isComplete: isEnded, isBegun: plan !== undefined, set: plan?.set }
}

/** One of a part of the collection, say, would be taken for one of all. */
async function requireSameOptions(
  plan: Plan,
  { store, collection, options, ...changing }: MemberRequest,
  place: string,
): Promise<void> {
  const subject = await collectionInfoOf(store, collection, options, () => {}, changing)
  try {
    requireResumable(plan, store, subject, options)
  } catch (error) {
    throw error instanceof ElysiaError ? rewordError(error, `${place}: ${error.message}`) : error
  } finally {
    await subject.transforms.close()
  }
}

async function requireWhole(storage: Storage, file: string, bytes: number): Promise<void> {
  if ((await storage.bytes(file)) === bytes) return
  throw new ElysiaError('ELYSIA_DAMAGED', `${storage.text}/${file} is not as its manifest says`, {
    hint: `move ${storage.text} away, then run the same command again to back it up from the start`,
  })
}
