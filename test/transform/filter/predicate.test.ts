import fc from 'fast-check'
import t from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { checkFilter } from '../../../lib/transform/filter/check.ts'
import { filterOf } from '../../../lib/transform/filter/filter.ts'
import { parseFilter } from '../../../lib/transform/filter/parse.ts'
import { predicateOf } from '../../../lib/transform/filter/predicate.ts'
import { processorMs } from '../../processor.ts'
import { runs, tried } from '../../runs.ts'
import { conditions, DOC, objects } from './conditions.ts'

const ID = '00000000-0000-4000-8000-00000000000a'

t.test('every condition says of every object what a plain model of SQL says', async (t) => {
  const law = fc.property(
    conditions,
    fc.array(objects, { minLength: 1, maxLength: 12 }),
    ({ text, holds }, all) => {
      const predicate = predicateOf(checkFilter(parseFilter(text), DOC, text))
      for (const object of all) {
        const [got, wanted] = [predicate(object), holds(object)]
        if (got !== wanted) throw new Error(`${text} is ${got}, the model says ${wanted}, of ${show(object)}`)
      }
    },
  )
  fc.assert(law, tried(runs(2000)))
  t.pass()
})

function show({ properties }: StoredObject): string {
  return JSON.stringify(properties, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
}

const of = (type: string, more = {}): CollectionSchema => ({
  class: 'C',
  properties: [{ name: 'p', dataType: [type], ...more }],
})

const selects = (text: string, schema: CollectionSchema, properties: JsonObject, more = {}) =>
  filterOf(text, schema).selects({ id: ID, properties, ...more })

t.test('what an object lacks makes no condition on it true, nor its negation', async (t) => {
  for (const text of ['p = 1', 'p != 1', 'NOT p = 1', 'p IN (1)', 'p NOT IN (1)', 'NOT p BETWEEN 0 AND 2']) {
    t.notOk(selects(text, of('int'), {}), text)
    t.notOk(selects(text, of('int'), { p: null }), `${text}, null`)
  }
  t.ok(selects('p IS NULL', of('int'), { p: null }))
})

t.test('ints are exact beyond 2^53', async (t) => {
  t.ok(selects('p = 9007199254740993', of('int'), { p: 9007199254740993n }))
  t.notOk(selects('p = 9007199254740992', of('int'), { p: 9007199254740993n }))
  t.ok(selects('p > 9007199254740992.5', of('int'), { p: 9007199254740993n }))
  t.ok(selects('p CONTAINS ANY (9007199254740993)', of('int[]'), { p: [1, 9007199254740993n] }))
})

t.test('dates are moments, to the nanosecond', async (t) => {
  const date = of('date')
  t.ok(selects("p = '2024-01-01T00:00:00.000000001Z'", date, { p: '2024-01-01T02:00:00.000000001+02:00' }))
  t.ok(selects("p > '2024-01-01T00:00:00Z'", date, { p: '2024-01-01T00:00:00.000000001Z' }))
  t.ok(selects("p = '2024-01-01'", date, { p: '2023-12-31T19:00:00-05:00' }))
  t.ok(selects("p < '0050-01-01'", date, { p: '0001-01-01T00:00:00Z' }))
  t.notOk(selects("p IS NOT NULL AND p > '1000-01-01'", date, { p: 'no date' }), 'what is none is unknown')
})

t.test('times of the store, ids and tenants are conditions', async (t) => {
  const schema = { ...of('text'), multiTenancyConfig: { enabled: true } }
  const times = { createdMs: Date.parse('2024-05-01T00:00:00.001Z'), updatedMs: 0, tenant: 'eu' }
  t.ok(selects("_created > '2024-05-01' AND _updated < '1971-01-01'", schema, {}, times))
  t.ok(selects("_created = '2024-05-01T00:00:00.001Z'", schema, {}, times))
  t.ok(selects("tenant IN ('us', 'eu')", schema, {}, times))
  t.ok(selects("id = '00000000-0000-4000-8000-00000000000A'", schema, {}), 'in any spelling')
  t.ok(selects("id > '00000000-0000-4000-8000-000000000009'", schema, {}))
  t.ok(selects("id LIKE '0000%'", schema, {}))
  t.notOk(selects("_created > '2024-05-01'", schema, {}), 'a store that does not know them')
})

t.test('a property may be called as what a store knows', async (t) => {
  const schema: CollectionSchema = {
    class: 'C',
    properties: ['tenant', 'id'].map((name) => ({ name, dataType: ['text'] })),
  }
  t.ok(selects('"id" = \'mine\'', schema, { id: 'mine' }))
  t.ok(selects("tenant = 'mine'", schema, { tenant: 'mine' }), 'where the class has no tenants')
})

t.test('names of what every JavaScript object has are properties like others', async (t) => {
  const schema: CollectionSchema = { class: 'C', properties: [{ name: 'constructor', dataType: ['text'] }] }
  t.ok(selects('constructor IS NULL', schema, {}))
  t.ok(selects("constructor = 'x'", schema, { constructor: 'x' }))
})

t.test('parts of places and phone numbers can be asked for', async (t) => {
  t.ok(selects('p.latitude BETWEEN 52 AND 53', of('geoCoordinates'), { p: { latitude: 52.1, longitude: 4 } }))
  t.ok(selects("p.input LIKE '+31%'", of('phoneNumber'), { p: { input: '+3120' } }))
})

t.test('two properties can be compared', async (t) => {
  const schema: CollectionSchema = {
    class: 'C',
    properties: [
      { name: 'i', dataType: ['int'] },
      { name: 'n', dataType: ['number'] },
      { name: 'd', dataType: ['date'] },
    ],
  }
  t.ok(selects('i > n', schema, { i: 9007199254740993n, n: 9007199254740992 }))
  t.ok(selects('d <= _created', schema, { d: '2024-01-01T00:00:00Z' }, { createdMs: Date.UTC(2024, 0, 1) }))
  t.notOk(selects('i = n OR i != n', schema, { i: 1 }), 'one of them is missing')
})

t.test('a LIKE of many wildcards takes no time on a text that it does not match', async (t) => {
  const text = `p LIKE '${'%a'.repeat(1000)}b'`
  const ms = processorMs(() => {
    t.notOk(selects(text, of('text'), { p: 'a'.repeat(200_000) }))
    t.notOk(selects(`p LIKE '${'%_a'.repeat(1000)}b'`, of('text'), { p: 'a'.repeat(200_000) }))
  })
  t.ok(ms < 2000, `${ms} ms`)
})

t.test('a condition says whether it needs the times of objects', async (t) => {
  t.ok(filterOf("NOT (p = 'x' AND _updated > '2024-01-01')", of('text')).needsTimes)
  t.notOk(filterOf("p = 'x' OR id IS NULL", of('text')).needsTimes)
})
