// After a restore and a copy the target is looked at once more: what was written may be in danger already.
import t from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { copy } from '../../../lib/job/copy/copy.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import type { StoreSurvey, SurveyedCollection } from '../../../lib/store/survey.ts'
import { archiveOf, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { sourceOf } from '../restore/restored.ts'

const NODE = { name: 'node1', status: 'HEALTHY', readOnly: false }
const WHOLE = {
  name: 'Thing',
  shards: 2,
  outOfReach: 0,
  readOnly: 0,
  unindexed: 0,
  copies: 3,
  copiesWanted: 3,
}

function surveyed(more: Partial<StoreSurvey> = {}, thing: Partial<SurveyedCollection> = {}): Store {
  const survey: StoreSurvey = {
    version: '1.34.0',
    addresses: [],
    nodes: [NODE],
    collections: [{ ...WHOLE, ...thing }],
    missingRights: [],
    ...more,
  }
  return changedStore(openMemory(), () => ({}), { survey: async () => survey })
}

const GONE = { nodes: [NODE, { ...NODE, name: 'node2', status: 'UNAVAILABLE' }] }
const archive = async () => sourceOf(await archiveOf(3))

t.test('a target that is well, and one without servers, have nothing to say', async (t) => {
  for (const store of [surveyed(), openMemory()])
    t.strictSame((await restore(await archive(), store, {})).health, [])
})

t.test('a node that is gone, copies that are missing, shards out of reach or read-only', async (t) => {
  const found = async (store: Store, options = {}) =>
    (await restore(await archive(), store, options)).health.map(({ level, fact }) => `${level}: ${fact}`)
  t.strictSame(await found(surveyed(GONE, { copies: 2 })), [
    'stop: the node node2 is UNAVAILABLE',
    'stop: a shard of Thing has 2 of 3 copies',
  ])
  t.strictSame(
    await found(surveyed(GONE), { degraded: true }),
    ['warning: the node node2 is UNAVAILABLE'],
    'that was asked for',
  )
  t.match(await found(surveyed({}, { outOfReach: 1, readOnly: 1 }), { degraded: true }), [
    /^stop: 1 of 2 shards of Thing are on nodes that are down/,
    /^stop: 1 of 2 shards of Thing are read-only/,
  ])
  t.strictSame(await found(surveyed({ nodes: [NODE, { ...NODE, version: '2' }] })), [], 'versions')
})

t.test('a copy says it too; no alias is switched to what is in danger', async (t) => {
  const source = { store: await things(3), name: 'Thing' }
  const report = await copy(source, { store: surveyed(GONE), name: 'Thing' })
  t.match(report, { status: 'done', health: [{ level: 'stop', fact: 'the node node2 is UNAVAILABLE' }] })
  const target = surveyed(GONE)
  await t.rejects(restore(await archive(), target, { intoAlias: 'Live' }), {
    code: 'ELYSIA_CONFLICT',
    message: /Live stays as it is, since memory:.* is not healthy: the node node2 is UNAVAILABLE/,
    hint: /same command again/,
  })
  t.strictSame(await target.aliases(), [])
})

t.test('where a server does not let it be asked, a good restore is good, with a warning', async (t) => {
  const asked = (code: 'ELYSIA_REFUSED' | 'ELYSIA_UNREACHABLE') =>
    changedStore(openMemory(), () => ({}), {
      survey: () => Promise.reject(new ElysiaError(code, 'no word')),
    })
  const { status, health } = await restore(await archive(), asked('ELYSIA_REFUSED'), {})
  t.match({ status, health }, { status: 'done', health: [{ level: 'warning', fact: /no word/ }] })
  await t.rejects(restore(await archive(), asked('ELYSIA_UNREACHABLE'), {}), { code: 'ELYSIA_UNREACHABLE' })
})
