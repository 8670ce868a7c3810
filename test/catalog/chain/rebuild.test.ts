// A catalog that is made again from what lies there knows the chains, too.
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Catalog } from '../../../lib/catalog/catalog.ts'
import { namedBase, newestBase } from '../../../lib/catalog/chain/base.ts'
import { descendantsOf, lineageOf, withoutBase } from '../../../lib/catalog/chain/lineage.ts'
import { rebuildRoot } from '../../../lib/catalog/rebuild.ts'
import { chains } from '../chains.ts'

t.test('chains are found again, and an increment whose base is gone is no base for another', async (t) => {
  const root = join(t.testdir(), 'backups')
  const ids = await chains(root, ['a0', 'a1', 'a2'])
  const catalog = new Catalog(':memory:')
  t.teardown(() => catalog.close())
  t.match(await rebuildRoot(catalog, root), { complete: 3, unreadable: [], gone: 0 })
  const [full, first, second] = ['a0', 'a1', 'a2'].map((name) => catalog.get(ids.get(name)!))
  const bases = () => lineageOf(catalog, catalog.get(second!.id)).bases.map(({ id }) => id)
  t.strictSame(bases(), [full!.id, first!.id])
  t.strictSame(
    descendantsOf(catalog, full!.id, 'Thing').map(({ id }) => id),
    [first!.id, second!.id],
  )
  const { cluster } = full!
  const wanted = { collection: 'Thing', cluster, vectors: true, allTenants: full!.all_tenants !== false }
  t.equal(newestBase(catalog, wanted).base?.id, second!.id)

  renameSync(join(root, 'Thing', 'a1'), join(root, 'moved'))
  t.match(await rebuildRoot(catalog, root), { complete: 3, gone: 0 }, 'one that was moved is followed')
  t.strictSame(bases(), [full!.id, first!.id])
  t.strictSame(withoutBase(catalog, root), [])

  rmSync(join(root, 'moved'), { recursive: true })
  const report = await rebuildRoot(catalog, root)
  t.match(report, { complete: 2, gone: 1 })
  const fault = `is an increment of ${first!.id}, which is not there`
  t.equal(lineageOf(catalog, catalog.get(second!.id)).fault, fault)
  t.equal(newestBase(catalog, wanted).base?.id, full!.id, 'the next increment is made of what is whole')
  t.throws(() => namedBase(catalog, second!.id, wanted), { code: 'ELYSIA_CONFLICT', message: fault })
  const anew = new Catalog(':memory:')
  t.teardown(() => anew.close())
  await rebuildRoot(anew, root)
  t.equal(lineageOf(anew, anew.get(second!.id)).fault, fault, 'also where nothing was known of it')
  for (const one of [catalog, anew])
    t.strictSame(withoutBase(one, root), [{ id: second!.id, path: second!.location, base: first!.id }])
})
