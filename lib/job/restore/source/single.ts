import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readSingle } from '../../../archive/single/read.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { RestoreSource } from './source.ts'

/** Its objects are compared with those that a store returns: the spelling of its lines does not matter. */
const BY_OBJECT = { foreign: true }

/**
 * An archive in one file or pipe as a source of a restore. `again` opens it again, if possible: then all of it is
 * checked before anything is written.
 */
export async function singleSource(
  name: string,
  bytes: Readable,
  again: (() => Readable) | undefined,
): Promise<RestoreSource> {
  const { plan, pages } = await readSingle(bytes, BY_OBJECT)
  // Ignored here: the first read reports the error.
  pages.on('error', () => {})
  if (again !== undefined) pages.destroy()
  const { id, schema, tenants, aliases, counts, encoding } = plan
  return {
    name,
    kind: 'file',
    identity: id,
    ...(again === undefined && { once: true }),
    schema: schema as unknown as CollectionSchema,
    ...(tenants && { tenants }),
    aliases,
    about: counts.before,
    parts: [
      {
        name,
        ...(again && { check: (signal?: AbortSignal) => readThrough(again(), signal) }),
        pages: async () => (again === undefined ? pages : (await readSingle(again(), BY_OBJECT)).pages),
      },
    ],
    withoutVectors: encoding.vectors === 'none',
    selection: plan.selection,
    close: async () => void pages.destroy(),
  }
}

/** Decodes everything: fails if it is damaged or cut short. */
async function readThrough(bytes: Readable, signal: AbortSignal | undefined): Promise<void> {
  const { pages } = await readSingle(bytes, BY_OBJECT)
  const nowhere = new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
  await pipeline([pages, nowhere], signal ? { signal } : {})
}
