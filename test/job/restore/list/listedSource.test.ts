import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { listLines } from '../../../../lib/job/restore/list/format.ts'
import { listedSource } from '../../../../lib/job/restore/list/listedSource.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { archiveOf, THING, thing } from '../../backup/archived.ts'
import { directory } from '../../targets.ts'
import { objectsOf, SMALL, sourceOf } from '../restored.ts'

const OBJECTS = 400

async function tenanted(): Promise<Files> {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  const tenants = ['ham', 'noah-2', 'sem']
  await store.createTenants('Thing', tenants)
  for (const [at, tenant] of tenants.entries()) {
    await store.collection('Thing').write([thing(at), thing(at + 10)], { tenant })
  }
  await store.setTenantStates('Thing', [{ name: 'sem', state: 'inactive' }])
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })
  return files
}

t.test('any lines that are left of a list restore exactly the parts that they name', async (t) => {
  const files = await archiveOf(OBJECTS, SMALL)
  const source = await sourceOf(files)
  const [, , archive, ...parts] = [...listLines(source)]
  t.ok(parts.length > 3, `${parts.length} parts`)
  t.match(parts[0], /^part "parts.*" # \d+ objects, the first id up to [0-9a-f-]{36}$/)
  const path = join(directory(t), 'list')
  const all = await objectsOf(await restoredWhole(files), 'Thing')
  const property = fc.asyncProperty(fc.shuffledSubarray(parts, { minLength: 1 }), async (some) => {
    writeFileSync(path, ['# mine', '', archive, ...some.map((line) => `  ${line}`)].join('\r\n'))
    const store = openMemory()
    const report = await restore(await sourceOf(files), store, { useList: path })
    const wanted = source.parts.filter(({ name }) => some.some((line) => line.includes(JSON.stringify(name))))
    const objects = wanted.reduce((sum, part) => sum + part.objects!, 0)
    t.match(report, { status: 'done', objects, written: objects, parts: some.length })
    const ids = new Set((await objectsOf(store, 'Thing')).map(({ id }) => id))
    const expected = all.filter(({ id }) =>
      wanted.some(
        ({ covers = {} }) => id > (covers.after ?? '') && (covers.upTo === undefined || id <= covers.upTo),
      ),
    )
    t.strictSame(ids, new Set(expected.map(({ id }) => id)))
  })
  await fc.assert(property, { numRuns: 15 })
})

async function restoredWhole(files: Files) {
  const store = openMemory()
  await restore(await sourceOf(files), store, {})
  return store
}

t.test('of a collection with tenants a list has a line a tenant', async (t) => {
  const files = await tenanted()
  const lines = [...listLines(await sourceOf(files))]
  t.same(lines.slice(3), [
    'tenant "ham" # 2 objects, active',
    'tenant "noah-2" # 2 objects, active',
    'tenant "sem" # 2 objects, inactive',
  ])
  const path = join(directory(t), 'list')
  writeFileSync(path, lines.filter((line) => !line.includes('ham')).join('\n'))
  const store = openMemory()
  t.match(await restore(await sourceOf(files), store, { useList: path }), {
    objects: 4,
    written: 4,
    tenants: 2,
  })
  t.same(await store.tenants('Thing'), ['noah-2', 'sem'])
})

t.test('a list is held against the archive: the line is named, and nothing is begun', async (t) => {
  const files = await archiveOf(OBJECTS, SMALL)
  const source = await sourceOf(files)
  const [, , archive, first] = [...listLines(source)] as [string, string, string, string]
  const path = join(directory(t), 'list')
  const cases: readonly (readonly [lines: readonly string[], message: RegExp, code?: string])[] = [
    [[], /leaves nothing to restore/],
    [[archive], /leaves nothing to restore/],
    [[first], /line 1 comes before the line that names the archive/],
    [[archive, 'part "parts/none"'], /line 2 names no part of/],
    [[archive, 'tenant "x"'], /line 2 names no part of/],
    [[archive, 'part "parts/\\q"'], /line 2 names no part of/],
    [[archive, first, first], /line 3 names .* a second time/],
    [[archive, first, archive], /line 3 names an archive a second time/],
    [[archive, 'rm -rf /'], /line 2 does not belong in a list: rm -rf/],
    [[archive, 'x'.repeat(3 * 1024 * 1024)], /line 2 is too long|more than/],
    [
      ['archive 20200101t000000z-0000000000', first],
      /is of 20200101t000000z-0000000000, not of/,
      'ELYSIA_CONFLICT',
    ],
  ]
  for (const [lines, message, code = 'ELYSIA_USAGE'] of cases) {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    const store = openMemory()
    await t.rejects(restore(source, store, { useList: path }), { code, message }, String(message))
    t.same(await store.list(), [])
  }
  await t.rejects(listedSource(source, `${path}.none`), { code: 'ELYSIA_INPUT_MISSING' })
  await t.rejects(listedSource({ ...source, kind: 'file' }, path), {
    code: 'ELYSIA_USAGE',
    message: /a single piece/,
  })
  writeFileSync(path, `${archive}\n${first}\n`)
  const store = await restoredWhole(files)
  const replace = restore(source, store, { useList: path, onConflict: 'replace', undo: false })
  await t.rejects(replace, { code: 'ELYSIA_USAGE', message: /--use-list selects some of its objects/ })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      writeFileSync(path, Buffer.concat([Buffer.from(`${archive}\npart "`), bytes]))
      await t.rejects(listedSource(source, path), { code: 'ELYSIA_USAGE' })
    }),
    { numRuns: 50 },
  )
})
