// An increment becomes a full archive of the same state, whenever the process dies; what comes after it goes on with it.
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { compact } from '../../../lib/job/compact/compact.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { oneFile } from '../../run/oneFile.ts'
import { idOf, thing, things } from '../backup/archived.ts'
import { somePoints } from '../runs.ts'
import { directory } from '../targets.ts'

const child = oneFile(new URL('./compactChild.ts', import.meta.url))

/** ROOT/0, a full archive, and ROOT/1 … ROOT/3, each an increment of the one before. */
async function nights(t: Test, input: BackupOptionsInput = {}) {
  const root = directory(t)
  const store = await things(60)
  let base: Chain | undefined
  for (let night = 0; night < 4; night++) {
    const storage = directoryStorage(join(root, String(night)))
    await backup(store, 'Thing', storage, { partSize: 4096, ...input }, base && { base })
    base = await openChain(await openArchive(storage), findBelow([root]))
    const collection = store.collection('Thing')
    await collection.write([{ ...thing(night + 100), id: idOf(night, 60) }])
    await collection.remove([idOf(night + 10, 60)])
  }
  return { root, chain: (night: number) => chainOf(root, night) }
}

/** The same again, for one kill. */
function copied(t: Test, nights: string) {
  const root = directory(t)
  cpSync(nights, root, { recursive: true })
  return { root, chain: (night: number) => chainOf(root, night) }
}

async function chainOf(root: string, night: number): Promise<Chain> {
  return openChain(await openArchive(directoryStorage(join(root, String(night)))), findBelow([root]))
}

async function statusOf(root: string, night: number) {
  const storage = directoryStorage(join(root, String(night)))
  const { status, faults } = await verify(storage, { level: 'records' }, { findArchive: findBelow([root]) })
  return [status, faults.map(({ file, fact }) => `${file} ${fact}`)]
}

for (const input of [{}, { format: 'parquet' }, { partitionBy: 'kind' }] as const) {
  t.test(`an increment becomes a full archive: ${JSON.stringify(input)}`, async (t) => {
    const { root, chain } = await nights(t, input)
    const before = (await chain(2)).newest.manifest
    const report = await compact(await chain(2))
    t.match(report, { status: 'done', archive: before.id, links: 3, objects: before.state?.objects })
    const after = (await chain(2)).newest.manifest
    t.notOk(after.kind)
    t.notOk(after.parent)
    t.equal(after.totals.digest, before.state?.digest)
    t.equal((await chain(3)).links.length, 2, 'what comes after it begins with it')
    for (const night of [0, 1, 2, 3])
      t.strictSame(await statusOf(root, night), ['complete', []], `night ${night}`)
    t.match(await compact(await chain(2)), { status: 'unchanged' })
  })
}

t.test('a damaged link is found before anything is changed', async (t) => {
  const { root, chain } = await nights(t)
  const opened = await chain(2)
  const [part] = opened.links[0]!.manifest.parts
  await directoryStorage(join(root, '0')).remove(part!.file)
  await t.rejects(compact(opened), { code: 'ELYSIA_DAMAGED', link: opened.links[0]!.manifest.id })
  t.equal((await openArchive(directoryStorage(join(root, '2')))).manifest.kind, 'incremental')
})

t.test('killed at any step it is the one or the other, and the same call finishes it', async (t) => {
  const made = await nights(t)
  const digest = (await made.chain(2)).newest.manifest.state?.digest
  const points = [
    'part.after-commit',
    'compact.before-copy',
    'compact.before-manifest',
    'compact.after-manifest',
  ]
  for (const point of somePoints(points, 2)) {
    const { root, chain } = copied(t, made.root)
    const env = { ...process.env, ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: point }
    const { signal } = spawnSync(process.execPath, [child, root, '2'], { env, stdio: 'inherit' })
    t.equal(signal, 'SIGKILL', point)
    t.equal((await chain(3)).links.length, point === 'compact.after-manifest' ? 2 : 4)
    await compact(await chain(2))
    const { manifest } = (await chain(2)).newest
    t.equal(manifest.totals.digest, digest)
    t.strictSame(await statusOf(root, 2), ['complete', []], point)
    const known = new Set([...manifest.parts, ...(manifest.index ?? [])].map(({ file }) => file))
    for await (const { name } of directoryStorage(join(root, '2')).list())
      if (/^(parts|index)\//.test(name)) t.ok(known.has(name), `${point}: ${name}`)
  }
})
