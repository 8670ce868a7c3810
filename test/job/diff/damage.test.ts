// A side that is damaged, cut short, or out of order is told as that, and never as objects that one side lacks.
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { JOURNAL_FILE } from '../../../lib/archive/files.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupFile } from '../../../lib/job/backup/destination.ts'
import { runDiff } from '../../../lib/job/diff/diff.ts'
import { openSide } from '../../../lib/job/diff/side/open.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { compared, fastClock, filled } from './compared.ts'

const COUNT = 700

async function archived(t: Test) {
  const store = await things(COUNT)
  const directory = join(t.testdir(), 'archive')
  await backup(store, 'Thing', directoryStorage(directory), { partSize: 16 * 1024, compression: 'none' })
  const file = join(t.testdirName, 'things.jsonl')
  await backupFile(store, 'Thing', file, { compression: 'none' })
  const { manifest } = await openArchive(directoryStorage(directory))
  return { store, directory, file, part: join(directory, manifest.parts[1]!.file) }
}

const spoiled: Readonly<Record<string, (path: string) => void>> = {
  'cut short': (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2)),
  'cut at the end of a line': (path) => {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`)
  },
  'without one of its objects': (path) => {
    const lines = readFileSync(path, 'utf8').split('\n')
    writeFileSync(path, [...lines.slice(0, 3), ...lines.slice(4)].join('\n'))
  },
  'with an object twice': (path) => {
    const lines = readFileSync(path, 'utf8').split('\n')
    writeFileSync(path, [...lines.slice(0, 3), ...lines.slice(2)].join('\n'))
  },
}

for (const [how, spoil] of Object.entries(spoiled))
  t.test(`an archive ${how} is damaged, before anything of it is compared`, async (t) => {
    const { store, directory, file, part } = await archived(t)
    for (const [path, damaged] of [
      [directory, part],
      [file, file],
    ] as const) {
      spoil(damaged)
      for (const isLeft of [true, false]) {
        const sides = [await openSide(path), await storeSide(store, 'Thing')] as const
        const { lines, report, error } = await compared(sides[isLeft ? 0 : 1], sides[isLeft ? 1 : 0])
        t.match(error, { code: 'ELYSIA_DAMAGED' }, path)
        t.strictSame(lines, [])
        t.match(report, { status: 'failed', is_equal: false, error: { code: 'ELYSIA_DAMAGED' } })
      }
    }
  })

t.test('an archive without one of its parts, and an unfinished one, are damaged', async (t) => {
  const { store, directory, part } = await archived(t)
  rmSync(part)
  const { error } = await compared(await openSide(directory), await storeSide(store, 'Thing'))
  t.match(error, { code: 'ELYSIA_DAMAGED', message: /is missing/ })
  for (const name of readdirSync(directory)) if (/manifest/.test(name)) rmSync(join(directory, name))
  writeFileSync(join(directory, JOURNAL_FILE), '')
  await t.rejects(openSide(directory), { code: 'ELYSIA_DAMAGED' })
})

t.test('a store that gives an id twice, or goes back, ends it, and the id is named', async (t) => {
  const store = await things(COUNT)
  for (const to of [2, 3]) {
    const odd = changedStore(store, (inner) => ({
      read: (what, range, call) =>
        Readable.from(
          (async function* () {
            for await (const page of inner.read(what, range, call)) yield [...page.slice(0, 4), page[to]!]
          })(),
        ),
    }))
    const { error } = await compared(await storeSide(odd, 'Thing'), await storeSide(store, 'Thing'))
    t.match(error, { code: 'ELYSIA_STORE', message: /gave .* after/ })
  }
})

t.test('a copy that lacks objects of one tenant is no tenant without them, asleep or not', async (t) => {
  const store = await openMemory()
  const copies = { replicationConfig: { factor: 3 }, multiTenancyConfig: { enabled: true } }
  await store.create({ ...THING, ...copies })
  await store.createTenants('Thing', ['a', 'b'])
  for (const tenant of ['a', 'b']) await store.collection('Thing').write([thing(1), thing(2)], { tenant })
  const behind = changedStore(store, (inner) => ({
    read: (what, range, call) =>
      Readable.from(
        (async function* () {
          for await (const page of inner.read(what, range, call))
            yield call?.tenant === 'b' ? page.slice(1) : page
        })(),
      ),
  }))
  for (const state of ['active', 'inactive'] as const) {
    await store.setTenantStates('Thing', [{ name: 'b', state }])
    const sides = async () => [await storeSide(behind, 'Thing'), await storeSide(store, 'Thing')] as const
    const { error, report } = await compared(...(await sides()))
    t.match(error, { code: 'ELYSIA_INCOMPLETE', message: /counts 2 objects of Thing.* but returned 1/ })
    t.match(report, { status: 'failed', is_equal: false })
    t.equal((await compared(...(await sides()), { tenant: 'a' })).error, undefined)
    t.strictSame(
      (await store.tenantStates('Thing')).map((tenant) => tenant.state),
      ['active', state],
      'and it is asleep again',
    )
  }
})

t.test(
  'a store that fails while it is read fails the comparison, which then closes what it opened',
  async (t) => {
    const { directory } = await archived(t)
    const store = await things(COUNT)
    const broken = new Error('the cable is out')
    const failing = changedStore(store, (inner) => ({
      read: (what, range, call) =>
        Readable.from(
          (async function* () {
            for await (const page of inner.read(what, range, call)) {
              yield page
              throw broken
            }
          })(),
        ),
    }))
    const { error, report } = await compared(await storeSide(failing, 'Thing'), await openSide(directory))
    t.equal(error, broken)
    t.match(report, { status: 'failed', is_equal: false })
  },
)

t.test('an abort interrupts it, and a reader that goes away ends it with its own error', async (t) => {
  const one = await filled(async () => openMemory(), t, [])
  const store = await things(COUNT)
  const sides = async () => [await storeSide(one, 'Thing'), await storeSide(store, 'Thing')] as const
  const abort = new AbortController()
  const clock = fastClock(() => abort.abort())
  const { report } = await compared(...(await sides()), {}, { clock, signal: abort.signal })
  t.match(report, { status: 'interrupted', is_equal: false })
  const gone = Object.assign(new Error('gone'), { code: 'EPIPE' })
  const output = new Writable({ objectMode: true, write: (_page, _encoding, done) => done(gone) })
  const ended = await runDiff(...(await sides()), {}, { output, clock: fastClock() })
  t.equal(ended.error, gone)
})
