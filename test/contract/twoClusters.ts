import type { Test } from 'tap'
import { copy, runCopy } from '../../lib/job/copy/copy.ts'
import { runCopySet } from '../../lib/job/copy/set.ts'
import type { RunEvent } from '../../lib/run/event/schema.ts'
import { openState } from '../../lib/run/state.ts'
import type { Store } from '../../lib/store/store.ts'
import { THING, thing } from '../job/backup/archived.ts'
import { directory } from '../job/targets.ts'

const OBJECTS = 300
const CLASSES = ['Thing', 'Author', 'Tenanted', 'Thing_v1', 'Old']

/** Two clusters that nobody else uses. */
export interface TwoClusters {
  readonly source: Store
  readonly target: Store
}

/**
 * What has to hold between two clusters, of whatever kind and version: copies with tenants, references and vectors, a sync, a
 * source that is gone, and a move while somebody writes.
 */
export function twoClustersContract(t: Test, name: string, open: (t: Test) => Promise<TwoClusters>): void {
  t.test(`${name}: collections that refer to one another, with tenants and vectors`, async (t) => {
    const { source, target } = await cleared(await open(t))
    await fill(source)
    const { members } = await runCopySet(source, target, { all: true, verify: true })
    t.match(members, [
      { collection: 'Author', report: { status: 'done', comparison: { equal: 10 } } },
      { collection: 'Tenanted', report: { status: 'done', tenants: 2, comparison: { equal: 20 } } },
      { collection: 'Thing', report: { status: 'done', references: 10, comparison: { equal: OBJECTS } } },
    ])
    t.match(await target.tenantStates('Tenanted'), [{ state: 'active' }, { state: 'inactive' }])
  })

  t.test(`${name}: a sync sends what differs; a source that is gone deletes nothing`, async (t) => {
    const { source, target } = await cleared(await open(t))
    await fill(source)
    await copy(at(source, 'Author'), at(target, 'Author'))
    const given = { sync: true, undo: false, maxDelete: '50%' } as const
    await copy(at(source), at(target), given)
    await source.collection('Thing').write([thing(7, OBJECTS), thing(1000)])
    await source.collection('Thing').remove([thing(0, OBJECTS).id, thing(1, OBJECTS).id])
    const report = await copy(at(source), at(target), { ...given, verify: true })
    t.match(report, { deleted: 2, comparison: { equal: OBJECTS - 1, only_target: 0, different: 0 } })
    t.ok(report.written <= 3, `${report.written} written`)
    await source.drop('Thing')
    await t.rejects(copy(at(source), at(target), given), { code: 'ELYSIA_CONFLICT' })
    t.equal(await target.collection('Thing').count(), OBJECTS - 1)
  })

  t.test(`${name}: a move while somebody writes, and somebody reads through the alias`, async (t) => {
    const { source, target } = await cleared(await open(t))
    if (!target.supports.aliases) return t.pass('its version has no aliases')
    await fill(source)
    await copy(at(source, 'Author'), at(target, 'Author'))
    await target.create({ ...THING, class: 'Old' })
    await target.collection('Old').write([thing(1)])
    await target.createAlias({ alias: 'Live', collection: 'Old' })
    const reader = reading(target)
    const state = openState(target, directory(t))
    t.teardown(() => state.close())
    const seen: Extract<RunEvent, { type: 'copy_pass' }>[] = []
    const onEvent = (event: RunEvent) => {
      if (event.type === 'copy_pass') seen.push(event)
    }
    const following = runCopy(at(source), at(target), { follow: true, everyMs: 50 }, { state, onEvent })
    for (let n = 0; seen.length < 3; n++) {
      await source.collection('Thing').write([thing(2000 + n)])
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const finishing = { finish: true, switchAlias: 'Live', recheckAfterMs: 100 } as const
    const report = await copy(at(source), at(target), finishing, { state })
    t.match((await following).report, { status: 'interrupted' })
    t.match(report, {
      status: 'done',
      follow: { state: 'finished' },
      alias: { switched: true, before: 'Old' },
    })
    t.match(report.comparison, { only_source: 0, only_target: 0, different: 0 })
    t.match(await reader.end(), { failed: 0 })
    t.equal(await target.dropAlias('Live'), true)
  })
}

function at(store: Store, name = 'Thing') {
  return { store, name }
}

async function cleared({ source, target }: TwoClusters): Promise<TwoClusters> {
  for (const store of [source, target]) {
    if (store.supports.aliases) await store.dropAlias('Live')
    for (const name of CLASSES) await store.drop(name)
  }
  return { source, target }
}

/** Things that refer to authors, and a collection with tenants, one of them asleep. */
async function fill(store: Store): Promise<void> {
  const authors = Array.from({ length: 10 }, (_, n) => thing(n))
  await store.create({ ...THING, class: 'Author' })
  await store.collection('Author').write(authors)
  await store.create(THING)
  await store.addProperty('Thing', { name: 'by', dataType: ['Author'] })
  const things = Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS))
  await store.collection('Thing').write(things)
  await store.collection('Thing').link(
    authors.map(({ id }, n) => ({
      id: things[n]!.id,
      property: 'by',
      beacons: [`weaviate://localhost/Author/${id}`],
    })),
  )
  await store.create({ ...THING, class: 'Tenanted', multiTenancyConfig: { enabled: true } })
  await store.createTenants('Tenanted', ['one', 'two'])
  for (const tenant of ['one', 'two']) await store.collection('Tenanted').write(authors, { tenant })
  await store.setTenantStates('Tenanted', [{ name: 'two', state: 'inactive' }])
}

/** Reads, again and again, what an alias means. */
function reading(store: Store) {
  let [isOver, reads, failed] = [false, 0, 0]
  const work = (async () => {
    while (!isOver) {
      try {
        const { collection } = (await store.aliases()).find(({ alias }) => alias === 'Live')!
        if ((await store.collection(collection).count()) === 0) failed += 1
        reads += 1
      } catch {
        failed += 1
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    end: async () => {
      isOver = true
      await work
      return { reads, failed }
    },
  }
}
