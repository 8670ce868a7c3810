import { ElysiaError } from '../../../core/errors.ts'
import type { Source } from '../../../core/stage.ts'
import type { RestoreSource, SourcePart } from './source.ts'

/** Gets each error which says that an archive is damaged, as often as it is found. */
export type OnDamage = (error: ElysiaError) => void

/** Calls `onDamage` if an error says that an archive, or one of its bases, is damaged. */
export function tellDamage(error: unknown, onDamage: OnDamage | undefined): void {
  if (!(error instanceof ElysiaError)) return
  if (error.code === 'ELYSIA_DAMAGED' || error.code === 'ELYSIA_COMPRESSION') onDamage?.(error)
}

/** Does work that reads nothing but an archive, and tells of damage. */
export async function tellingDamage<T>(work: () => Promise<T>, onDamage: OnDamage | undefined): Promise<T> {
  try {
    return await work()
  } catch (error) {
    tellDamage(error, onDamage)
    throw error
  }
}

/** An archive as a source that reports damage found while it is read. Other sources stay as they are. */
export function watchedSource(source: RestoreSource, onDamage: OnDamage | undefined): RestoreSource {
  if (onDamage === undefined || (source.kind !== 'archive' && source.kind !== 'file')) return source
  const { check } = source
  return {
    ...source,
    parts: source.parts.map((part) => watchedPart(part, onDamage)),
    ...(check && { check: (signal?: AbortSignal) => tellingDamage(() => check(signal), onDamage) }),
  }
}

function watchedPart(part: SourcePart, onDamage: OnDamage): SourcePart {
  const { check, ids, inThread } = part
  return {
    ...part,
    ...(check && { check: (signal?: AbortSignal) => tellingDamage(() => check(signal), onDamage) }),
    pages: async (onReject) => watchedPages(await part.pages(onReject), onDamage),
    ...(ids && { ids: async () => watchedPages(await ids(), onDamage) }),
    ...(inThread && { inThread: (threads) => watchedPages(inThread(threads), onDamage) }),
  }
}

/** The same stream. An error of a later stage ends it, too: only those that name a part or an archive are its own. */
export function watchedPages<T>(pages: Source<T>, onDamage: OnDamage): Source<T> {
  pages.on('error', (error) => {
    if ('part' in error || 'link' in error) tellDamage(error, onDamage)
  })
  return pages
}
