import t from 'tap'
import { countedScan } from '../../../lib/job/scan/countedScan.ts'
import type { Collection } from '../../../lib/store/store.ts'

const REPLICATED = { class: 'Article', replicationConfig: { factor: 3 } }

/** A collection that is counted so. */
function counting(...counts: readonly number[]) {
  const left = [...counts]
  const collection = { name: 'Article', count: async () => left.shift()! } as unknown as Collection
  return { collection, retry: <T>(call: () => Promise<T>) => call(), call: {} }
}

t.test('a scan that gives less than a server counts of objects with copies is no whole scan', async (t) => {
  const requireAllFound = await countedScan({ ...counting(100, 100), schema: REPLICATED })
  await t.rejects(requireAllFound(99), {
    code: 'ELYSIA_INCOMPLETE',
    message: /counts 100 objects of Article but returned 99/,
    hint: /name another node in --target/,
  })
})

t.test('what is deleted while it is read is not missed', async (t) => {
  const requireAllFound = await countedScan({ ...counting(100, 98), schema: REPLICATED })
  await t.resolves(requireAllFound(98))
})

t.test('what has come meanwhile is not missed either', async (t) => {
  const requireAllFound = await countedScan({ ...counting(100, 120), schema: REPLICATED })
  await t.resolves(requireAllFound(105))
})

t.test('a class with one copy, or whose expired objects are counted, is not looked at', async (t) => {
  const one = await countedScan({ ...counting(), schema: { class: 'Article' } })
  await t.resolves(one(0))
  const objectTtlConfig = {
    enabled: true,
    deleteOn: '_creationTimeUnix',
    defaultTtl: 60,
    filterExpiredObjects: true,
  }
  const expiring = await countedScan({ ...counting(), schema: { ...REPLICATED, objectTtlConfig } })
  await t.resolves(expiring(0))
})
