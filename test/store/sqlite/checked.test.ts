import t from 'tap'
import { packPage, unpackPage } from '../../../lib/archive/object/packedPage.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { unparsedLength } from '../../../lib/core/properties/lazyProperties.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { CollectionSchema } from '../../../lib/store/store.ts'
import { propertiesCheck } from '../../../lib/store/validation/propertiesCheck.ts'

const schema = (type: string): CollectionSchema => ({
  class: 'Docs',
  vectorizer: 'none',
  properties: [{ name: 'title', dataType: [type] }],
})
const object = (title: string | number): StoredObject => ({
  id: '0a000000-0000-4000-8000-000000000001',
  properties: { title },
})

async function written(checkedFor: CollectionSchema, one: StoredObject) {
  const store = await openSqlite(':memory:')
  await store.create(schema('text'))
  const objects = unpackPage(packPage([one], { checks: propertiesCheck(checkedFor) }).value)
  const outcomes = await store.collection('Docs').write(objects)
  const isParsed = objects.some((object) => unparsedLength(object) === undefined)
  const [stored] = await store.collection('Docs').readMany([one.id], { properties: 'all', vectors: true })
  await store.close()
  return { outcomes, isParsed, stored }
}

t.test('an object that a thread has checked is stored without being parsed', async (t) => {
  const { outcomes, isParsed, stored } = await written(schema('text'), object('ä'))
  t.strictSame(outcomes, [{ ok: true }])
  t.equal(isParsed, false)
  t.strictSame(stored, object('ä'))
})

t.test('one that was checked for another class, or does not fit, is checked', async (t) => {
  for (const checkedFor of [schema('int'), schema('text')]) {
    const { outcomes, isParsed, stored } = await written(checkedFor, object(5))
    t.match(outcomes, [{ ok: false, reason: /invalid text property 'title'/ }])
    t.equal(isParsed, true)
    t.equal(stored, undefined)
  }
})
