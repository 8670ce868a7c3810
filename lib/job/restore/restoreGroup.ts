import { ElysiaError, rewordError } from '../../core/errors.ts'
import type { RestoreOptions } from './options.ts'
import type { RestoreContext, RestoreRun } from './run.ts'
import type { RestoreSource } from './source/source.ts'

/** The classes that are restored together. @throws ElysiaError ELYSIA_USAGE for options that fit only a single one */
export function classesOf(
  sources: readonly RestoreSource[],
  { name, schema, tenant, collection, intoAlias, plan, useList }: RestoreOptions,
  { runId }: RestoreContext,
): ReadonlySet<string> {
  const names = new Set(sources.map((source) => source.schema.class))
  if (sources.length === 1) return names
  const single = { '--name': name, '--schema': schema, '--tenant': tenant, '--collection': collection }
  const alias = { '--into-alias': intoAlias, '--plan': plan, '--use-list': useList }
  const flags = Object.entries({ ...single, ...alias, '--run-id': runId })
  const flag = flags.find(([, value]) => value !== undefined)?.[0]
  if (flag !== undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `${flag} is for one archive, and ${sources.length} are named`, {
      hint: 'restore them one after another, or leave it out',
    })
  }
  if (names.size === sources.length) return names
  throw new ElysiaError('ELYSIA_USAGE', 'two of these archives are of the same class', {
    hint: 'restore one of them under another name with --name, by itself',
  })
}

/** The other restores did not finish because of the one that failed. */
export function groupError(run: RestoreRun, failed: RestoreRun | undefined, error: unknown): unknown {
  if (!(error instanceof ElysiaError) || failed === undefined || failed === run) return error
  return rewordError(error, `not finished, since ${failed.class} was not: ${error.message}`)
}
