// A list of collections says names and counts: a setting beyond what is exact neither hides a class nor fails.
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'

t.test(
  'a class with a setting beyond 2^53 is listed with its objects; its schema is refused, and says why',
  async (t) => {
    const double = await weaviateDouble()
    const store = await openStore(parseTarget(double.target))
    t.teardown(async () => {
      await store.close()
      await double.stop()
    })
    const vectorIndexConfig = { flatSearchCutoff: 9007199254740996n }
    const large = JSON.stringify({ class: 'Large', vectorizer: 'none', vectorIndexConfig }, (_, value) =>
      typeof value === 'bigint' ? `#${value}` : value,
    ).replace(/"#(\d+)"/, '$1')
    const made = await fetch(`${double.target.split('?')[0]}/v1/schema`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: large,
    })
    t.equal(made.status, 200, await made.text())
    await store.create({ class: 'Many', vectorizer: 'none', multiTenancyConfig: { enabled: true } })
    await store.createTenants('Many', ['a', 'b'])
    t.same(
      (await store.list()).toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      [
        { name: 'Large', objects: 0 },
        { name: 'Many', objects: 0, tenants: 2 },
      ],
    )
    await t.rejects(store.schema('Large'), {
      code: 'ELYSIA_STORE',
      message: /holds 9007199254740996, a number/,
    })
  },
)

t.test('what others remove or put to sleep while it is listed is no error', async (t) => {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  const other = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await other.close()
    await double.stop()
  })
  for (const name of ['Kept', 'Removed']) await store.create({ class: name, vectorizer: 'none' })
  await store.create({ class: 'Many', vectorizer: 'none', multiTenancyConfig: { enabled: true } })
  await store.createTenants('Many', ['a', 'b'])
  double.faults.inject({ fault: 'delay', ms: 300, on: 'Aggregate' })
  const listing = store.list()
  while ((double.calls.by.Aggregate ?? 0) < 4) await wait(5)
  await other.drop('Removed')
  await other.setTenantStates('Many', [{ name: 'b', state: 'inactive' }])
  t.same(
    (await listing).toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    [
      { name: 'Kept', objects: 0 },
      { name: 'Many', tenants: 2 },
    ],
  )
})
