import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { placeOf } from '../restore/conflict/extraneousIds.ts'
import { selectedPages } from '../selection/pages.ts'
import { type SearchPlan, searchPlan } from '../selection/searchPlan.ts'
import type { DeletePlan, DeleteRun } from './run.ts'

const IDS_NAMED = 10

/**
 * Finds all selected objects before any is deleted. Memory: a page; the ids are in a file.
 * @throws ElysiaError ELYSIA_CONFLICT if there are more than --max-delete allows
 */
export async function planDelete(run: DeleteRun): Promise<DeletePlan> {
  const { collection, calls, retry, frame, selected, schema, store, options } = run
  const search = await searchOf(run)
  let objects = 0
  let read = 0
  const ids: string[] = []
  for (const call of calls) {
    objects += await retry(() => collection.count({ ...call, signal: frame.signal }))
    for await (const page of pagesOf(run, search, call)) {
      frame.stop.throwIfAborted()
      run.unseen.note(page.map(({ id }) => id))
      read += page.length
      const wanted = page.filter(run.selection.selects)
      ids.push(...wanted.slice(0, IDS_NAMED - ids.length).map(placeOf))
      selected.add(
        wanted.map(({ id }) => id),
        call.tenant,
      )
      frame.emit({ type: 'progress', unit: 'objects', phase: 'looking', done: read, total: objects })
    }
  }
  if (options.explain && run.selection.filter !== undefined) {
    frame.emit({ type: 'filter_evaluated', collection: schema.class, read, selected: selected.count })
  }
  run.unseen.notify(frame.emit, schema.class)
  const plan = { collection: schema.class, target: store.target, objects, deletes: selected.count, ids }
  requireFew(plan, options.maxDelete)
  return plan
}

function pagesOf(
  { collection, selection, retry, frame }: DeleteRun,
  { conditions }: SearchPlan,
  call: { readonly tenant?: string },
): AsyncIterable<StoredObject[]> {
  const projection = selection.projectionFor({ properties: [], vectors: false })
  const options = { projection, retry, signal: frame.signal, conditions }
  return selectedPages(collection, selection, call, options)
}

function searchOf({ store, collection, schema, selection, calls, retry, frame, options }: DeleteRun) {
  const { pushDown, explain } = options
  const emit = explain ? frame.emit : () => {}
  return retry(() => searchPlan({ store, collection, schema, selection, calls, pushDown, emit }))
}

function requireFew({ deletes, objects, collection, target, ids }: DeletePlan, limit: string): void {
  const most = limit.endsWith('%') ? (Number(limit.slice(0, -1)) / 100) * objects : Number(limit)
  if (deletes <= most) return
  const share = `${((100 * deletes) / objects).toFixed(1)} %`
  const some = `${ids.join(', ')}${deletes > ids.length ? ', …' : ''}`
  const fact = `would delete ${deletes} of ${objects} objects (${share}) of ${collection} in ${target}: ${some}`
  throw new ElysiaError('ELYSIA_CONFLICT', `${fact}; --max-delete allows ${limit}`, {
    hint: `nothing was deleted; look at them with \`elysiactl col cat ${collection} --filter …\`, then give --max-delete ${deletes} if you mean it`,
  })
}
