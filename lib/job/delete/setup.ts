import { selectionText } from '../../archive/selection.ts'
import { undoDirectory, undoRoot } from '../../archive/undo/undo.ts'
import { type Close, closeAll } from '../../async/closeAll.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'
import { newRunId, type RunKey } from '../../run/record.ts'
import { Run } from '../../run/run.ts'
import { lockRun, requireUnlocked } from '../../run/state.ts'
import { RetryingCollection } from '../../store/sink/retryingCollection.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { namesOf } from '../backup/plan.ts'
import { selectionOf } from '../selection/selection.ts'
import { UnseenIds } from '../selection/unseenIds.ts'
import { removeExpired } from '../undo/expiry.ts'
import { lockChanges, lockUndo } from '../undo/lock.ts'
import { Traces } from '../undo/traces.ts'
import { UndoRecorder } from '../undo/undoRecorder.ts'
import type { DeleteOptions } from './options.ts'
import type { DeleteContext, DeleteRun } from './run.ts'
import { SelectedIds } from './selectedIds.ts'

/** A deletion that is ready to begin, and what to close afterwards. */
export interface DeleteSetup {
  readonly run: DeleteRun
  /** Enters the run in the journal, and creates the undo; not for a dry run. */
  begin(): Promise<void>
  readonly close: Close[]
}

/**
 * Prepares everything before the first read.
 * @throws ElysiaError ELYSIA_USAGE if nothing is selected or the selection does not fit the class, ELYSIA_NOT_FOUND,
 * ELYSIA_CONFLICT if a tenant cannot be written to, ELYSIA_LOCKED
 */
export async function setUpDelete(
  store: Store,
  schema: CollectionSchema,
  options: DeleteOptions,
  context: DeleteContext,
): Promise<DeleteSetup> {
  const frame = new Run<DeleteContext>('delete', context)
  const retry = frame.retrying(options.retryForMs)
  const { filter, objects, dryRun } = options
  const selects = { ...(filter !== undefined && { filter }), ...(objects !== undefined && { objects }) }
  const selection = await selectionOf(selects, schema)
  if (selection === undefined) throw nothingSelected(schema.class)
  const calls = await retry(() => callsOf(store, schema, options.tenant))
  const { state, runId } = context
  const text = selectionText(selection.declared)
  const key: RunKey = { target: store.target, class: schema.class, inputs: [`objects ${text}`] }
  const id = runId ?? newRunId()
  const close: Close[] = []
  try {
    if (dryRun) state && requireUnlocked(state, key)
    else if (state !== undefined) {
      close.push(lockRun(state, key).release)
      close.push(lockChanges(state, store.target, schema.class).release)
      if (options.undo) close.push(lockUndo(state, id).release)
    }
    const collection = store.collection(schema.class)
    const traces = new Traces(store.kind, schema)
    const recorder = recorderFor({ store, schema, options, context, id, traces })
    const selected = new SelectedIds()
    close.unshift(
      () => selected.close(),
      () => recorder?.close(),
    )
    const run: DeleteRun = {
      ...{ frame, id, store, collection, schema, options, selection, calls, retry, selected, kept: recorder },
      selectionText: text,
      sending: new RetryingCollection(collection, retry, frame.signal),
      unseen: new UnseenIds(selection.ids),
      whole: { properties: 'all', vectors: true, references: traces.refers, times: true },
      progress: { deleted: 0, gone: 0, changed: 0, rejected: 0 },
    }
    const begin = async () => {
      frame.begin({ run: id, key, collection: schema.class })
      if (state !== undefined) removeExpired(state, frame.emit)
      await recorder?.begin()
    }
    return { run, begin, close }
  } catch (error) {
    await closeAll(close).catch(() => {})
    throw error
  }
}

interface RecorderRequest extends Pick<DeleteRun, 'store' | 'schema' | 'options' | 'id'> {
  readonly context: DeleteContext
  readonly traces: Traces
}

function recorderFor({
  store,
  schema,
  options,
  context,
  id,
  traces,
}: RecorderRequest): UndoRecorder | undefined {
  if (options.dryRun || !options.undo) return undefined
  const { state, undoDirectory: own } = context
  const root = own ?? (state && undoRoot(state.directory))
  if (root === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'there is no place to keep what is deleted', {
      hint: 'give the deletion a state or an undoDirectory, or undo: false',
    })
  }
  const header = {
    ...({ format: 1, kind: 'undo', job: 'delete', how: 'delete' } as const),
    ...{ run: id, target: store.target, class: schema.class, schema },
    ...{ started_at: new Date().toISOString(), keep_ms: options.keepUndoMs },
  }
  return new UndoRecorder(undoDirectory(root, id), header, traces)
}

async function callsOf(
  store: Store,
  schema: CollectionSchema,
  asked: string | undefined,
): Promise<{ readonly tenant?: string }[]> {
  if (!hasTenants(schema)) {
    if (asked === undefined) return [{}]
    throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no tenants`, { hint: 'leave --tenant out' })
  }
  const all = await store.tenantStates(schema.class)
  const names = asked === undefined ? all.map(({ name }) => name) : namesOf(asked)
  for (const name of names) {
    const tenant = all.find((one) => one.name === name)
    if (tenant?.state === 'active') continue
    if (tenant !== undefined) {
      throw asleep(store, schema, tenant, all)
    }
    const tenantNames = all.map((one) => one.name)
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${schema.class} has no tenant ${name}`, {
      hint: didYouMean(name, tenantNames, '`elysiactl col show` lists the tenants'),
    })
  }
  return names.map((tenant) => ({ tenant }))
}

const TENANTS_NAMED = 10

/** The error for an inactive tenant: none is woken to delete in it, since somebody put it to sleep, and must know. */
function asleep(
  { kind }: Store,
  { class: name }: CollectionSchema,
  { name: tenant, state }: Tenant,
  all: readonly Tenant[],
): ElysiaError {
  const active = all.filter((one) => one.state === 'active').map((one) => one.name)
  const some = `${active.slice(0, TENANTS_NAMED).join(',')}${active.length > TENANTS_NAMED ? ',…' : ''}`
  const request = `PUT /v1/schema/${name}/tenants [{"name": "${tenant}", "activityStatus": "ACTIVE"}]`
  const steps = [
    ...(active.length > 0 ? [`name the active ones: --tenant ${some}`] : []),
    ...(kind === 'weaviate' ? [`activate it on the server: ${request}`] : []),
  ]
  return new ElysiaError('ELYSIA_CONFLICT', `tenant ${tenant} of ${name} is ${state}`, {
    hint: ['nothing was deleted', ...steps].join('; '),
  })
}

function nothingSelected(name: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `nothing says which objects of ${name} to delete`, {
    hint: `name them with --filter or --objects; \`elysiactl col rm ${name}\` removes the collection`,
  })
}
