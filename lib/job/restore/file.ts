import type { Readable } from 'node:stream'
import { readOriginal } from '../../archive/originalDocument.ts'
import { derivePlainSchema, plainJsonl } from '../../archive/plainJsonl.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../errors.ts'
import type { Notify } from '../notice.ts'
import { readSchemaFile } from '../schemaFile.ts'
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
    parts: schemaOnly ? [] : [{ name, stages: async () => [await stages()] }],
    close: async () => void pages.destroy(),
  }
}

/** JSON lines of objects as what a restore reads. Their class is given, or derived from all of them. */
export async function plainSource(
  { name, bytes, again, identity }: ForeignBytes,
  wanted: { readonly schema?: string; readonly name?: string },
  notify: Notify,
): Promise<RestoreSource> {
  if (again !== undefined) bytes.destroy()
  const { schema, sourceClass, about } = await classOf(again, wanted, notify)
  return {
    name,
    kind: 'jsonl',
    identity,
    schema,
    aliases: [],
    ...(about !== undefined && { about }),
    parts: [
      {
        name,
        stages: async (onReject) => {
          const options = { onReject, ...(sourceClass !== undefined && { className: sourceClass }) }
          return [again?.() ?? bytes, ...plainJsonl(options)]
        },
      },
    ],
    close: async () => void bytes.destroy(),
  }
}

async function classOf(
  again: (() => Readable) | undefined,
  wanted: { readonly schema?: string; readonly name?: string },
  notify: Notify,
) {
  if (wanted.schema !== undefined) {
    return { schema: await readSchemaFile(wanted.schema), sourceClass: undefined, about: undefined }
  }
  if (again === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'objects in a pipe do not say what class they are of', {
      hint: 'give the class with --schema FILE, or write them to a file first: its class is then derived',
    })
  }
  notify('schema_derived', 'plain objects have no schema: it is derived from all of them')
  const name = wanted.name === undefined ? undefined : classNameOf(wanted.name)
  const { schema, sourceClass, objects, rejects } = await derivePlainSchema(again(), name)
  return { schema, sourceClass, about: objects + rejects }
}
