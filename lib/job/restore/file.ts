import type { Readable } from 'node:stream'
import { readOriginal } from '../../archive/originalDocument.ts'
import type { Notify } from '../notice.ts'
import type { RestoreSource } from './source.ts'

/** Bytes that no archive of ours are, and what is known of where they come from. */
export interface ForeignBytes {
  readonly name: string
  readonly bytes: Readable
  /** Opens them anew, where that can be done. */
  readonly again: (() => Readable) | undefined
  /** Equal for the same file as long as it is not changed. */
  readonly identity: string | undefined
}

/** A JSON document of the Python original as what a restore reads. */
export async function originalSource(
  { name, bytes, again, identity }: ForeignBytes,
  notify: Notify,
): Promise<RestoreSource> {
  const options = { ...(again && { again }), onNotice: (text: string) => notify('document', text) }
  const document = await readOriginal(bytes, options)
  const { schema, schemaOnly, objectCount, pages } = document
  // Until somebody reads them nobody hears of their error; who reads them then does.
  pages.on('error', () => {})
  if (again !== undefined) pages.destroy()
  const stages = async () => (again === undefined ? pages : (await readOriginal(again(), options)).pages)
  return {
    name,
    kind: 'original',
    identity,
    schema,
    aliases: [],
    ...(objectCount !== undefined && { about: objectCount }),
    parts: schemaOnly ? [] : [{ name, mayRepeat: true, stages: async () => [await stages()] }],
    close: async () => void pages.destroy(),
  }
}
