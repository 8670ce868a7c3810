import { retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { resolveInput } from '../../options/options.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import { newRunId } from '../../run/record.ts'
import type { Store } from '../../store/store.ts'
import { eachGroup, type MemberResult } from '../set/members.ts'
import { selectedNames } from '../set/names.ts'
import { referenceGroups } from '../set/order.ts'
import { type CopyOptions, type CopyOptionsInput, copyOptions } from './options.ts'
import { type CopyContext, runPasses } from './pass.ts'
import type { CopyReport } from './report.ts'

/** How the copies of a set ended. */
export interface CopySetResult {
  /** The id that they share. */
  readonly set: string
  /** In the order in which they were copied. */
  readonly members: readonly MemberResult<CopyReport>[]
}

/**
 * Copies several collections of a store, each under its own name: those that others refer to first, those that refer to
 * one another together. If one fails, the others are copied nevertheless.
 * @throws ElysiaError ELYSIA_USAGE for options that fit only one collection; ELYSIA_NOT_FOUND if none is selected
 */
export async function runCopySet(
  from: Store,
  store: Store,
  input: CopyOptionsInput = {},
  context: CopyContext = {},
): Promise<CopySetResult> {
  const options = resolveInput(copyOptions, input)
  requireForSeveral(options, context)
  const emit = emitter(context.onEvent)
  const retry = retryUntilDeadline({
    forMs: options.retryForMs,
    onRetry: (one) => emit(retryEvent(one)),
    ...(context.signal && { signal: context.signal }),
  })
  const names = await retry(() => from.names())
  const schemas: CollectionSchema[] = []
  for (const name of selectedNames(names, options, from.target)) {
    const schema = await retry(() => from.schema(name))
    if (schema !== undefined) schemas.push(schema)
  }
  const groups = referenceGroups(schemas, (schema) => schema)
  const set = newRunId()
  emit({ type: 'set_started', set, collections: groups.flat().map((schema) => schema.class) })
  const members = await eachGroup(
    groups,
    (group) =>
      runPasses(
        group.map(({ class: name }) => ({
          from: { store: from, name },
          target: { store, name },
          options,
          context,
        })),
      ),
    { nameOf: (schema) => schema.class, stop: context.stop },
  )
  return { set, members }
}

/** @throws ElysiaError ELYSIA_USAGE */
function requireForSeveral(options: CopyOptions, { runId, rejectsPath }: CopyContext): void {
  const { follow, finish, switchAlias, objects, tenant, properties } = options
  const single = {
    '--follow': follow || undefined,
    '--finish': finish || undefined,
    '--switch-alias': switchAlias,
    '--objects': objects,
    '--properties': properties,
    '--tenant': tenant,
    '--run-id': runId,
    '--rejects': rejectsPath,
  }
  const flag = Object.entries(single).find(([, value]) => value !== undefined)?.[0]
  if (flag === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `${flag} is for one collection, and several are asked for`, {
    hint: 'copy that one by itself',
  })
}
