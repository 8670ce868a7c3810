import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ExportFile } from '../../../archive/foreign/exportFile.ts'
import {
  deriveExportSchema,
  listWeaviateExport,
  readWeaviateExport,
} from '../../../archive/foreign/weaviateExport.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { didYouMean } from '../../../core/suggest.ts'
import type { Emit } from '../../../run/context.ts'
import { readSchemaFile } from '../../../transform/schema/file.ts'
import { announceDerived } from './announceDerived.ts'
import type { RestoreSource } from './source.ts'

/**
 * A directory that a server exported as a source of a restore. It has no schema: that is given, or derived from all
 * objects.
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_USAGE if it holds several collections
 */
export async function exportSource(
  directory: string,
  { schema, collection }: { readonly schema?: string; readonly collection?: string },
  emit: Emit,
): Promise<RestoreSource> {
  const { files, skipped } = await listWeaviateExport(directory)
  const chosen = chooseCollection(directory, files, collection)
  const its = files.filter((file) => file.collection === chosen)
  for (const shard of skipped.filter((one) => one.collection === chosen)) {
    emit({ type: 'shard_left_out', shard: shard.shard, collection: chosen, reason: shard.reason })
  }
  if (schema === undefined) emit({ type: 'schema_derived', source: 'export' })
  const derived = schema === undefined ? await deriveExportSchema(its) : await readSchemaFile(schema)
  if (schema === undefined) announceDerived({ ...derived, class: chosen }, emit)
  const tenants = [...new Set(its.flatMap(({ tenant }) => tenant ?? []))]
  return {
    name: directory,
    kind: 'export',
    identity: await identityOf(its),
    schema: { ...derived, class: chosen },
    ...(tenants.length > 0 && { tenants: tenants.map((name) => ({ name, state: 'active' })) }),
    aliases: [],
    about: its.reduce((sum, { objects }) => sum + objects, 0),
    parts: its.map((file) => ({
      name: basename(file.path),
      ...(file.tenant !== undefined && { tenant: file.tenant }),
      objects: file.objects,
      pages: () => readWeaviateExport(file),
    })),
  }
}

function chooseCollection(
  directory: string,
  files: readonly ExportFile[],
  asked: string | undefined,
): string {
  const names = [...new Set(files.map(({ collection }) => collection))]
  if (asked === undefined) {
    const [only] = names
    if (names.length === 1 && only !== undefined) return only
    const fact = names.length === 0 ? 'holds no collection' : `holds ${names.join(', ')}`
    throw new ElysiaError('ELYSIA_USAGE', `${directory} ${fact}`, { hint: 'name one with --collection' })
  }
  const wanted = classNameOf(asked)
  if (names.includes(wanted)) return wanted
  throw new ElysiaError('ELYSIA_NOT_FOUND', `${directory} has no collection ${wanted}`, {
    hint: didYouMean(wanted, names, 'leave --collection out where there is only one'),
  })
}

async function identityOf(files: readonly ExportFile[]): Promise<string> {
  const hash = createHash('sha256')
  for (const { path } of files) {
    const { size, mtimeMs } = await stat(path)
    hash.update(JSON.stringify([path, size, mtimeMs]))
  }
  return hash.digest('hex').slice(0, 32)
}
