// Which archive an increment is made of, and which archives one that is damaged spoils.
import t from 'tap'
import { Catalog } from '../../../lib/catalog/catalog.ts'
import { archiveAsOf } from '../../../lib/catalog/chain/asOf.ts'
import { namedBase, newestBase } from '../../../lib/catalog/chain/base.ts'
import { descendantsOf } from '../../../lib/catalog/chain/lineage.ts'
import { manifest } from '../archives.ts'

const wanted = { collection: 'Article', cluster: 'http://here:8080', vectors: true, allTenants: true }
const day = (number: number) => `2026-06-0${number}T03:00:00.000Z`

/** A full archive of day 1, increments of days 2 and 3. */
function chained(): Catalog {
  const catalog = new Catalog(':memory:')
  for (const number of [1, 2, 3]) {
    const id = `archive-${number}`
    const parent = number === 1 ? {} : { parent: `archive-${number - 1}`, kind: 'incremental' as const }
    const where = { root: '/backups', location: `/backups/${id}`, shape: 'directory' as const }
    catalog.upsert(manifest({ id, started: day(number), ...parent }), where)
  }
  return catalog
}

const damage = { level: 'stored', time: day(4), ok: false, errors: 1 } as const

t.test('an increment is made of the newest archive of the same collection', async (t) => {
  const catalog = chained()
  t.equal(newestBase(catalog, wanted).base?.id, 'archive-3')
  t.match(newestBase(catalog, { ...wanted, collection: 'Book' }).reason, 'there is no archive of Book')
  t.match(newestBase(catalog, { ...wanted, cluster: 'http://there:8080' }).reason, 'there is no archive')
  t.match(
    newestBase(catalog, { ...wanted, vectors: false }).reason,
    'there is no archive',
    'one that holds the same',
  )
  t.match(newestBase(catalog, { ...wanted, allTenants: false }).reason, 'there is no archive')
  t.equal(namedBase(catalog, 'archive-2', wanted).base?.id, 'archive-2')
})

t.test(
  'as every N-th archive, and when the last full one is old enough, a full archive is made',
  async (t) => {
    const catalog = chained()
    const reason = (fullEvery: string, at: number) =>
      newestBase(catalog, { ...wanted, fullEvery }, Date.parse(day(at))).reason
    t.match(reason('3', 4), 'there are 3 archives since archive-1')
    t.equal(reason('4', 4), undefined)
    t.match(reason('1', 4), 'since archive-1')
    t.match(reason('3d', 4), 'archive-1, the last full archive, is 3d old')
    t.equal(reason('4d', 4), undefined)
  },
)

t.test('nothing is made of an archive that was found damaged, nor of one whose base was', async (t) => {
  const catalog = chained()
  await catalog.recordVerification('archive-3', damage)
  t.equal(newestBase(catalog, wanted).base?.id, 'archive-2')
  t.throws(() => namedBase(catalog, 'archive-3', wanted), { code: 'ELYSIA_CONFLICT' })
  await catalog.recordVerification('archive-1', damage)
  t.match(newestBase(catalog, wanted).reason, /^archive-3 .*damaged$/)
  t.throws(() => namedBase(catalog, 'archive-2', wanted), {
    message:
      'archive-2 is an increment of archive-1, which was found to be damaged: there can be no increment of it',
  })
})

t.test('an archive spoils all that are increments of it, however far', async (t) => {
  const catalog = chained()
  const spoiled = (id: string) => descendantsOf(catalog, id, 'Article').map((one) => one.id)
  t.strictSame(spoiled('archive-1'), ['archive-2', 'archive-3'])
  t.strictSame(spoiled('archive-2'), ['archive-3'])
  t.strictSame(spoiled('archive-3'), [])
})

t.test(
  'as of a moment, it is the newest archive that was complete by then and can be restored',
  async (t) => {
    const catalog = chained()
    const newest = catalog.get('archive-3')
    const asOf = (when: string) => archiveAsOf(catalog, newest, when, Date.parse(day(9))).id
    t.equal(asOf('2026-06-02T12:00Z'), 'archive-2')
    t.equal(asOf('2026-06-02'), 'archive-1', 'its midnight')
    t.equal(asOf('archive-1'), 'archive-1')
    t.throws(() => asOf('2026-05-31'), { code: 'ELYSIA_NOT_FOUND' })
    t.throws(() => asOf('yesterday'), { code: 'ELYSIA_USAGE' })
    await catalog.recordVerification('archive-2', damage)
    t.equal(asOf('2026-06-08'), 'archive-1', 'the others are spoiled')
  },
)
