// A cleanup among increments that were really made: it leaves no increment without its base.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { Catalog } from '../../../lib/catalog/catalog.ts'
import { openCatalog } from '../../../lib/catalog/open.ts'
import { rebuildRoot } from '../../../lib/catalog/rebuild.ts'
import { parsePeriod } from '../../../lib/core/duration.ts'
import { cleanUp, planCleanup } from '../../../lib/job/cleanup/cleanup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { chains } from '../../catalog/chains.ts'
import { policy } from '../../catalog/retention/candidates.ts'

const history = parsePeriod('1y', 'history')

/** Two chains of a full archive and two increments each: a0 a1 a2, then b0 b1 b2. */
async function twoChains(t: Test) {
  const root = join(t.testdir(), 'backups')
  const ids = await chains(root, ['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  const catalog = await openCatalog({ file: `${root}/../state/catalog.db`, defaultRoot: root })
  t.teardown(() => catalog.close())
  await rebuildRoot(catalog, root)
  const named = new Map([...ids].map(([name, id]) => [id, name]))
  const names = (of: readonly string[]) => of.map((id) => named.get(id) ?? id).join(' ')
  const there = () => [...ids.keys()].filter((name) => existsSync(join(root, 'Thing', name))).join(' ')
  return { root, ids, catalog, names, there }
}

const keeping = (keepLast: string) => ({ filter: {}, policy: policy({ keepLast }), history })

async function clean(catalog: Catalog, keepLast: string) {
  return cleanUp(catalog, keeping(keepLast), { timing: { settleMs: 5 } })
}

/** Each archive that is left can be restored: it and its bases are there, to the last byte. */
async function sound(t: Test, root: string, name: string) {
  const storage = directoryStorage(join(root, 'Thing', name))
  const findArchive = findBelow([root])
  await openChain(await openArchive(storage), findArchive)
  t.match(await verify(storage, { level: 'records' }, { findArchive }), { status: 'complete', faults: [] })
}

t.test('the bases of an increment that is kept stay, and the plan says for which', async (t) => {
  const { root, ids, catalog, names, there } = await twoChains(t)
  const kept = planCleanup(catalog, keeping('1')).groups.flatMap(({ keep }) => keep)
  const reasons = new Map(kept.map(({ archive, reasons }) => [names([archive.id]), reasons]))
  t.strictSame(reasons.get('b1'), [`required by ${ids.get('b2')}`])
  t.strictSame(reasons.get('b0'), [`required by ${ids.get('b1')}`])
  const { status, removed, failed } = await clean(catalog, '1')
  t.match({ status, failed }, { status: 'done', failed: [] })
  t.equal(names(removed), 'a2 a1 a0', 'a chain that expires goes whole, its increments first')
  t.equal(there(), 'b0 b1 b2')
  for (const name of ['b0', 'b1', 'b2']) await sound(t, root, name)
})

t.test('of a chain that is kept in part only what nothing needs goes', async (t) => {
  const { root, ids, catalog, names, there } = await twoChains(t)
  await catalog.annotate(ids.get('a1')!, { pinned: true })
  t.equal(names((await clean(catalog, '1')).removed), 'a2')
  t.equal(there(), 'a0 a1 b0 b1 b2')
  await sound(t, root, 'a1')
})
