import t from 'tap'
import { fillCatalog } from '../../bench/catalog/fill.ts'
import { Catalog } from '../../lib/catalog/catalog.ts'
import { parsePeriod } from '../../lib/core/duration.ts'
import { planCleanup } from '../../lib/job/cleanup/cleanup.ts'
import { processorMs } from '../processor.ts'
import { policy } from './retention/candidates.ts'

const catalog = new Catalog(':memory:')
fillCatalog(catalog, 10_000)

/** The least of several times, of the processor alone: other work on the machine disturbs them least. */
function leastMs(work: () => unknown): number {
  return Math.min(...Array.from({ length: 9 }, () => processorMs(work)))
}

t.test('of ten thousand archives each question is answered in a moment', async (t) => {
  const [id = ''] = catalog.idsBeginning('', 1)
  for (const [what, work] of Object.entries({
    newest: () => catalog.list({ limit: 100 }),
    collection: () => catalog.list({ collection: 'Class7', limit: 100 }),
    tag: () => catalog.list({ tags: ['gold'] }),
    status: () => catalog.list({ status: ['failed'], limit: 100 }),
    where: () => catalog.list({ where: ['objects>9900', 'bytes<1GiB'] }),
    sorted: () => catalog.list({ sort: 'bytes:desc', limit: 100 }),
    count: () => catalog.count(),
    show: () => catalog.get(id),
    prefix: () => catalog.get(id.slice(0, -1)),
  })) {
    const ms = leastMs(work)
    t.ok(ms < 10, `${what}: ${ms.toFixed(2)} ms`)
  }
})

t.test('a plan of ten thousand archives looks at every one, and at none twice', async (t) => {
  const history = parsePeriod('1y', 'history')
  const { groups } = planCleanup(catalog, {
    filter: {},
    policy: policy({ keepLast: '10', failedAfter: '0h' }),
    history,
  })
  const kept = groups.reduce((sum, { keep }) => sum + keep.length, 0)
  const removed = groups.reduce((sum, { remove }) => sum + remove.length, 0)
  t.same({ groups: groups.length, kept, all: kept + removed }, { groups: 20, kept: 200, all: 10_000 })
})
