import type { Readable } from 'node:stream'
import { readOriginal } from '../../../archive/foreign/originalDocument.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Emit } from '../../../run/context.ts'
import type { RestoreSource } from './source.ts'

/** Bytes that are no archive of ours, and what is known about their origin. */
export interface ForeignBytes {
  readonly name: string
  readonly bytes: Readable
  /** Opens the bytes again, if possible. */
  readonly again: (() => Readable) | undefined
  /** Equal for the same file while it is unchanged. */
  readonly identity: string | undefined
}

/** A JSON document of the Python original as a source of a restore. */
export async function originalSource(
  { name, bytes, again, identity }: ForeignBytes,
  emit: Emit,
): Promise<RestoreSource> {
  const rejects = new EarlyRejects()
  const options = {
    ...(again && { again }),
    onNotice: emit,
    onReject: rejects.take,
  }
  const document = await readOriginal(bytes, options)
  const { schema, schemaOnly, objectCount, pages } = document
  // Ignored here: the first read reports the error.
  pages.on('error', () => {})
  if (again !== undefined) pages.destroy()
  const pagesOf = async (onReject: (reject: Reject) => void) => {
    if (again !== undefined) return (await readOriginal(again(), { ...options, onReject })).pages
    rejects.handOn(onReject)
    return pages
  }
  return {
    name,
    kind: 'original',
    identity,
    schema,
    aliases: [],
    ...(objectCount !== undefined && { about: objectCount }),
    parts: schemaOnly ? [] : [{ name, mayRepeat: true, pages: pagesOf }],
    close: async () => void pages.destroy(),
  }
}

/** A pipe may yield rejects before anyone asks for them: at most those in a piece of the document. */
class EarlyRejects {
  #early: Reject[] = []
  #onReject: ((reject: Reject) => void) | undefined

  readonly take = (reject: Reject): void => {
    if (this.#onReject === undefined) this.#early.push(reject)
    else this.#onReject(reject)
  }

  handOn(onReject: (reject: Reject) => void): void {
    this.#onReject = onReject
    for (const reject of this.#early.splice(0)) onReject(reject)
  }
}
