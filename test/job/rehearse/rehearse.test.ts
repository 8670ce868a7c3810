import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { UNDO_HEADER } from '../../../lib/archive/undo/undo.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { ScratchNotes } from '../../../lib/job/rehearse/leftovers.ts'
import { type RehearseContext, runRehearsal } from '../../../lib/job/rehearse/rehearse.ts'
import { makeScratch, scratchPlace } from '../../../lib/job/rehearse/scratch.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { THING, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { directory, TARGETS } from '../targets.ts'

interface Place {
  readonly at: string
  readonly events: RunEvent[]
  rehearse(location: string, more?: Partial<RehearseContext>): ReturnType<typeof runRehearsal>
}

function place(t: Test): Place {
  const at = directory(t)
  const events: RunEvent[] = []
  const context = {
    notes: `${at}/notes`,
    cache: `${at}/cache`,
    onEvent: (one: RunEvent) => void events.push(one),
  }
  return {
    at,
    events,
    rehearse: (location, more = {}) => runRehearsal(location, {}, { ...context, ...more }),
  }
}

async function archived(t: Test, store: Store, options = {}): Promise<string> {
  const path = `${directory(t)}/archive`
  await backup(store, 'Thing', directoryStorage(path), { compression: 'none', ...options })
  return path
}

/** Nothing of a rehearsal is left, but for the lock that is there to take locks under. */
function left({ at }: Place): string[] {
  const names = (path: string) => (existsSync(path) ? readdirSync(path) : [])
  return [...names(`${at}/notes`).filter((name) => name !== 'lock'), ...names(`${at}/cache/rehearsals`)]
}

for (const [kind, into] of [
  ['an embedded store of its own', undefined],
  ...Object.entries(TARGETS),
] as const) {
  t.test(`an archive is restored into ${kind}, compared, and removed again`, async (t) => {
    const own = place(t)
    const path = await archived(t, await things(120))
    const store = await into?.(t)
    await store?.create({ ...THING, class: 'Other' })
    const { report, error } = await own.rehearse(path, store && { into: store })
    t.equal(error, undefined)
    t.match(report, { status: 'proved', proved: true, objects: 120, written: 120, vectors: 120, faults: [] })
    t.match(report, {
      collection: 'Thing',
      location: path,
      damaged: false,
      scratch: /^Rehearsal[0-9a-f]{32}$/,
    })
    t.ok(report.restore_seconds > 0 && report.bytes > 0 && report.digest !== '')
    t.strictSame(left(own), [])
    if (store !== undefined)
      t.strictSame(
        (await store.list()).map(({ name }) => name),
        ['Other'],
      )
    const started = own.events.filter(({ type }) => type === 'run_started')
    t.match(started, [{ kind: 'rehearse', run: report.id }], 'the restore is no run of its own')
  })
}

t.test('increments, tenants, single files and what was selected can be rehearsed', async (t) => {
  const own = place(t)
  const store = await things(50)
  const root = directory(t)
  const collection = store.collection('Thing')
  await backup(store, 'Thing', directoryStorage(`${root}/full`), {})
  await collection.write([{ ...thing(3, 50), properties: { title: 'new' } }])
  await collection.remove([thing(7, 50).id])
  const base = await openChain(await openArchive(directoryStorage(`${root}/full`)), async () => undefined)
  await backup(store, 'Thing', directoryStorage(`${root}/increment`), { allowMissingVectors: true }, { base })
  const tenants = openMemory()
  await tenants.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await tenants.createTenants('Thing', ['a', 'b', 'none'])
  for (const tenant of ['a', 'b'])
    await tenants.collection('Thing').write(
      [thing(1), thing(2)].map((one) => ({ ...one, tenant })),
      { tenant },
    )
  await pipedTo(`${root}/single.jsonl`, store)
  const paths = {
    increment: [`${root}/increment`, 49],
    tenants: [await archived(t, tenants), 4],
    selected: [await archived(t, store, { filter: 'count < 10', properties: 'title' }), 8],
    'single file': [`${root}/single.jsonl`, 49],
  } as const
  for (const [name, [path, objects]] of Object.entries(paths)) {
    const { report, error } = await own.rehearse(path)
    t.equal(error, undefined, name)
    t.match(report, { status: 'proved', objects, written: objects }, name)
  }
  t.strictSame(left(own), [])
})

async function pipedTo(path: string, store: Store): Promise<void> {
  const stream = createWriteStream(path)
  await backupSingle(store, 'Thing', { stream, location: path }, { compression: 'none' })
}

t.test('an archive that cannot be restored as it is is broken, and what is wrong is said', async (t) => {
  const own = place(t)
  const store = await things(40)
  const damaged = await archived(t, store)
  const part = `${damaged}/parts/${readdirSync(`${damaged}/parts`)[0]}`
  const bytes = readFileSync(part)
  bytes[20]! ^= 1
  writeFileSync(part, bytes)
  const ended = await own.rehearse(damaged)
  t.match(ended, { error: { code: 'ELYSIA_DAMAGED' }, report: { status: 'broken', damaged: true } })
  t.match(ended.report.faults, [{ fact: /SHA-256/ }])

  const whole = await archived(t, store)
  const refusing = changedStore(openMemory(), (collection) => ({
    write: async (objects, ...rest) => {
      const outcomes = await collection.write(objects.slice(1), ...rest)
      return [{ id: objects[0]!.id, error: 'too wide' }, ...outcomes] as typeof outcomes
    },
  }))
  const refused = await own.rehearse(whole, { into: refusing })
  t.match(refused, { error: { code: 'ELYSIA_DAMAGED' }, report: { status: 'broken', damaged: false } })

  const forgetful = openMemory()
  const changing = changedStore(forgetful, (collection) => ({
    write: (objects, ...rest) =>
      collection.write(
        objects.map((one) => ({ ...one, properties: { ...one.properties, count: 1 } })),
        ...rest,
      ),
  }))
  const differing = await own.rehearse(whole, { into: changing })
  t.match(differing.report, { status: 'broken', damaged: false, proved: false })
  t.match(differing.report.faults, [{ fact: /others/, ids: [thing(0, 40).id] }])
  t.strictSame(await forgetful.list(), [])
  t.strictSame(left(own), [])
})

t.test('what is no archive is refused, and what is missing or unreachable is no fault of it', async (t) => {
  const own = place(t)
  const at = directory(t)
  mkdirSync(`${at}/undo`)
  writeFileSync(`${at}/undo/${UNDO_HEADER}`, '{}')
  writeFileSync(`${at}/plain.jsonl`, '{"id":"00000000-0000-4000-8000-000000000001","properties":{}}\n')
  const codes = {
    undo: 'ELYSIA_USAGE',
    'plain.jsonl': 'ELYSIA_USAGE',
    none: 'ELYSIA_NOT_FOUND',
  }
  for (const [name, code] of Object.entries(codes)) {
    const { report, error } = await own.rehearse(`${at}/${name}`)
    t.match(error, { code }, name)
    t.match(report, { status: 'failed', proved: false }, name)
  }
  const gone = changedStore(openMemory(), () => ({}), {
    create: async () => {
      throw new ElysiaError('ELYSIA_REFUSED', 'no right')
    },
  })
  const { report, error } = await own.rehearse(await archived(t, await things(3)), { into: gone })
  t.match(error, { code: 'ELYSIA_REFUSED' })
  t.match(report, { status: 'failed', damaged: false })
  t.strictSame(left(own), [])
})

t.test('what a killed rehearsal has left is removed by the next, and nothing else', async (t) => {
  const own = place(t)
  const path = await archived(t, await things(3))
  const store = openMemory()
  const dead = [scratchPlace(`${own.at}/cache`, undefined), scratchPlace(`${own.at}/cache`, store.target)]
  const elsewhere = scratchPlace(`${own.at}/cache`, 'http://elsewhere:8080')
  const alive = scratchPlace(`${own.at}/cache`, store.target)
  const notes = new ScratchNotes(`${own.at}/notes`)
  const { signal } = new AbortController()
  for (const one of [...dead, elsewhere, alive]) {
    const noted = await notes.note(one, signal)
    makeScratch(one)
    if (one.target === store.target) await store.create({ ...THING, class: one.class })
    if (one !== alive) noted.end(false)
  }
  await store.create({ ...THING, class: `Rehearsal${'0'.repeat(32)}` })
  writeFileSync(`${own.at}/notes/${'1'.repeat(32)}.json`, JSON.stringify({ ...alive, directory: own.at }))
  writeFileSync(`${own.at}/notes/${'2'.repeat(32)}.lock`, '')
  const { report } = await own.rehearse(path, { into: store })
  t.match(report, { status: 'proved', leftovers: { length: 2 } })
  t.strictSame(
    (await store.list()).map(({ name }) => name).toSorted(),
    [`Rehearsal${'0'.repeat(32)}`, alive.class].toSorted(),
  )
  t.strictSame(readdirSync(`${own.at}/cache/rehearsals`).toSorted(), [alive.id, elsewhere.id].toSorted())
  t.match(
    own.events.filter(({ type }) => type === 'scratch_left'),
    [{ target: elsewhere.target }],
  )
  const kept = readdirSync(`${own.at}/notes`)
  t.ok(kept.includes(`${'1'.repeat(32)}.json`), 'what is no note of ours stays')
  t.notOk(kept.includes(`${'2'.repeat(32)}.lock`))
})
