// Two collections, compared: what differs is named, and nothing else.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { readableText } from '../../../lib/archive/object/text.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupFile } from '../../../lib/job/backup/destination.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { diff } from '../../../lib/job/diff/diff.ts'
import { openSide } from '../../../lib/job/diff/side/open.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { runs, tried } from '../../runs.ts'
import { idOf, THING, thing } from '../backup/archived.ts'
import { TARGETS } from '../targets.ts'
import { compared, filled } from './compared.ts'

const COUNT = 60
/** So many that a store is read in several ranges. */
const MANY = 5200
const all = Array.from({ length: COUNT }, (_, n) => thing(n, COUNT))
const renamed = (object: StoredObject): StoredObject => ({
  ...object,
  properties: { ...object.properties, title: 'another' },
})
const moved = (object: StoredObject): StoredObject => ({ ...object, vector: Float32Array.of(1, 2, 3) })

const CHANGED = new Map([
  [3, renamed],
  [17, moved],
  [40, (object: StoredObject) => moved(renamed(object))],
])
const left = all.filter((_, n) => n !== 5 && n !== 59)
const right = all.map((object, n) => CHANGED.get(n)?.(object) ?? object).filter((_, n) => n !== 0 && n !== 30)
const EXPECTED = [
  `+ ${idOf(0, COUNT)}`,
  `* ${idOf(3, COUNT)} title`,
  `- ${idOf(5, COUNT)}`,
  `* ${idOf(17, COUNT)} vector`,
  `+ ${idOf(30, COUNT)}`,
  `* ${idOf(40, COUNT)} title vector`,
  `- ${idOf(59, COUNT)}`,
]

for (const [target, open] of Object.entries(TARGETS)) {
  t.test(`${target}: exactly what differs is found, in order of id`, async (t) => {
    const [one, other] = [await filled(open, t, left), await filled(open, t, right)]
    const { lines, report, error } = await compared(
      await storeSide(one, 'Thing'),
      await storeSide(other, 'Thing'),
    )
    t.equal(error, undefined)
    t.strictSame(lines, EXPECTED)
    t.match(report, {
      status: 'done',
      is_equal: false,
      objects: { left: 58, right: 58 },
      compared: 60,
      equal: 53,
      only_left: 2,
      only_right: 2,
      different: 3,
      changing: 0,
      gone: 0,
      properties: { title: 2 },
      vectors: { '': { objects: 2 } },
      schema: 0,
    })
  })

  t.test(`${target}: a collection is equal to its archive, in a directory and in a file`, async (t) => {
    const store = await filled(open, t, left)
    for (const path of [join(t.testdir(), 'archive'), join(t.testdirName, 'things.jsonl.zst')]) {
      await backedUp(store, path)
      for (const isLeft of [true, false]) {
        const sides = [await storeSide(store, 'Thing'), await openSide(path)] as const
        const { lines, report } = await compared(sides[isLeft ? 0 : 1], sides[isLeft ? 1 : 0])
        t.strictSame(lines, [], path)
        t.match(report, { is_equal: true, equal: 58, compared: 58 })
      }
    }
  })
}

async function backedUp(store: Store, path: string, options: BackupOptionsInput = {}): Promise<string> {
  if (path.endsWith('.zst')) await backupFile(store, 'Thing', path, { compression: 'zstd', ...options })
  else await backup(store, 'Thing', directoryStorage(path), options)
  return path
}

const word = fc.constantFrom('a', 'b')
const contents = fc.dictionary(
  fc.integer({ min: 0, max: 30 }).map((n) => idOf(n, 31)),
  fc.tuple(word, word),
)

t.test('it equals a simple model, for any two sets of objects', async (t) => {
  const objectsOf = (own: Record<string, [string, string]>): StoredObject[] =>
    Object.entries(own).map(([id, [title, kind]]) => ({ id, properties: { title, kind } }))
  await fc.assert(
    fc.asyncProperty(contents, contents, fc.boolean(), async (one, other, withEqual) => {
      const ids = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
      const model = ids.flatMap((id) => {
        const [ofLeft, ofRight] = [one[id], other[id]]
        if (ofLeft === undefined) return [`- ${id}`]
        if (ofRight === undefined) return [`+ ${id}`]
        const names = [
          ...(ofLeft[1] === ofRight[1] ? [] : ['kind']),
          ...(ofLeft[0] === ofRight[0] ? [] : ['title']),
        ]
        if (names.length > 0) return [`* ${id} ${names.join(' ')}`]
        return withEqual ? [`= ${id}`] : []
      })
      const open = async () => openMemory()
      const [left, right] = [await filled(open, t, objectsOf(one)), await filled(open, t, objectsOf(other))]
      const sides = [await storeSide(left, 'Thing'), await storeSide(right, 'Thing')] as const
      const { lines, report } = await compared(...sides, { all: withEqual })
      t.strictSame(lines, model)
      t.equal(report.compared, ids.length)
      t.equal(
        report.is_equal,
        model.every((line) => line.startsWith('=')),
      )
    }),
    tried(runs(60)),
  )
})

t.test('ranges that are read side by side come out in order, however much differs', async (t) => {
  const many = Array.from({ length: MANY }, (_, n) => thing(n, MANY))
  const open = TARGETS.sqlite
  const [one, other] = [await filled(open, t, many), await filled(open, t, many.map(renamed))]
  const { lines, report } = await compared(await storeSide(one, 'Thing'), await storeSide(other, 'Thing'), {
    workers: 4,
  })
  t.strictSame(
    lines,
    many.map(({ id }) => `* ${id} title`),
  )
  t.match(report, { compared: MANY, different: MANY, properties: { title: MANY } })
})

const LINKED: CollectionSchema = {
  ...THING,
  multiTenancyConfig: { enabled: true },
  properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
}

async function tenanted(open: (t: Test) => Promise<Store>, t: Test, tenants: Record<string, number[]>) {
  const store = await filled(open, t, [], LINKED)
  await store.createTenants('Thing', Object.keys(tenants))
  for (const [tenant, numbers] of Object.entries(tenants))
    if (numbers.length > 0)
      await store.collection('Thing').write(
        numbers.map((n) => thing(n)),
        { tenant },
      )
  return store
}

for (const [target, open] of Object.entries(TARGETS)) {
  t.test(`${target}: tenants come first, sleeping ones are woken for it and put back`, async (t) => {
    const one = await tenanted(open, t, { a: [1, 2], b: [1], c: [] })
    const other = await tenanted(open, t, { a: [1, 2], b: [1, 2], d: [7] })
    const beacons = [`weaviate://localhost/Thing/${idOf(2)}`]
    await one.collection('Thing').link([{ id: idOf(1), property: 'next', beacons }], { tenant: 'a' })
    await one.setTenantStates('Thing', [{ name: 'a', state: 'inactive' }])
    await other.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
    const states = async () => [await one.tenantStates('Thing'), await other.tenantStates('Thing')]
    const before = await states()
    const sides = async () => [await storeSide(one, 'Thing'), await storeSide(other, 'Thing')] as const
    const { lines, report, error } = await compared(...(await sides()))
    t.equal(error, undefined)
    t.strictSame(lines, [
      '* tenant a inactive|active',
      '* tenant b active|inactive',
      '+ tenant c active|',
      '- tenant d |active',
      `* a/${idOf(1)} next`,
      `- b/${idOf(2)}`,
      `- d/${idOf(7)}`,
    ])
    t.match(report, { tenants: 4, references: { next: 1 }, only_right: 2, different: 1, equal: 2 })
    t.strictSame(await states(), before)
    const ofA = await compared(...(await sides()), { tenant: 'a', schema: false })
    t.strictSame(ofA.lines, [`* a/${idOf(1)} next`])
    await t.rejects(diff(...(await sides()), { tenant: 'x' }), { code: 'ELYSIA_NOT_FOUND' })
  })
}

t.test('what is asked for alone is compared', async (t) => {
  const open = async () => openMemory()
  const [one, other] = [await filled(open, t, left), await filled(open, t, right)]
  const sides = async () => [await storeSide(one, 'Thing'), await storeSide(other, 'Thing')] as const
  const found = async (options: Parameters<typeof compared>[2]) =>
    (await compared(...(await sides()), options)).lines
  const ofIds = EXPECTED.filter((line) => !line.startsWith('*'))
  t.strictSame(await found({ idsOnly: true }), ofIds)
  t.strictSame(await found({ properties: 'count, kind', vectors: false }), ofIds)
  t.strictSame(
    (await found({ vectors: false })).filter((line) => line.startsWith('*')),
    [`* ${idOf(3, COUNT)} title`, `* ${idOf(40, COUNT)} title`],
  )
  t.equal((await found({ vectorTolerance: '100' })).length, EXPECTED.length - 1)
  await t.rejects(diff(...(await sides()), { properties: 'titel' }), {
    code: 'ELYSIA_USAGE',
    hint: /did you mean title/,
  })
  await t.rejects(diff(...(await sides()), { vectorTolerance: 'much' }), { code: 'ELYSIA_USAGE' })
  await t.rejects(diff(...(await sides()), { tenant: 'a' }), { code: 'ELYSIA_USAGE', message: /no tenants/ })
})

t.test(
  'the class is compared setting by setting, aliases and references to itself by what they mean',
  async (t) => {
    const changed: CollectionSchema = {
      class: 'Other',
      vectorizer: 'none',
      vectorIndexType: 'flat',
      description: 'new',
      properties: [
        { name: 'next', dataType: ['Other'] },
        { name: 'title', dataType: ['text'], tokenization: 'field' },
        { name: 'count', dataType: ['number'] },
      ],
    }
    const before: CollectionSchema = {
      ...THING,
      properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
    }
    const [one, other] = [
      await filled(TARGETS.memory, t, [], before),
      await filled(TARGETS.memory, t, [], changed),
    ]
    await one.createAlias({ alias: 'Docs', collection: 'Thing' })
    const { lines, findings, report } = await compared(
      await storeSide(one, 'Docs'),
      await storeSide(other, 'Other'),
    )
    t.strictSame(lines, [
      '- schema description',
      '* schema properties.count.dataType',
      '+ schema properties.kind',
      '- schema properties.title.tokenization',
      '* schema vectorIndexType',
      '+ alias Docs',
    ])
    t.match(findings[4], { left: 'hnsw', right: 'flat' })
    t.match(report, { schema: 5, aliases: 1, is_equal: false })
    const alone = await compared(await storeSide(one, 'Thing'), await storeSide(other, 'Other'), {
      schema: false,
    })
    t.match(alone.report, { is_equal: true, compared: 0 })
  },
)

t.test('references of a class to itself are equal under another name', async (t) => {
  const make = async (name: string, to: number) => {
    const properties = [...THING.properties!, { name: 'next', dataType: [name] }]
    const store = await filled(TARGETS.sqlite, t, [thing(1), thing(2)], { ...THING, class: name, properties })
    const beacons = [`weaviate://localhost/${name}/${idOf(to)}`]
    await store.collection(name).link([{ id: idOf(1), property: 'next', beacons }])
    return storeSide(store, name)
  }
  t.strictSame((await compared(await make('Thing', 2), await make('Copy', 2))).lines, [])
  t.strictSame((await compared(await make('Thing', 2), await make('Copy', 1))).lines, [`* ${idOf(1)} next`])
})

t.test('a side without vectors is one finding, and not one for each object', async (t) => {
  const store = await filled(TARGETS.sqlite, t, left)
  const bare = all.map(({ vector: _, ...object }) => renamed(object))
  const other = await filled(TARGETS.sqlite, t, bare)
  const archive = await backedUp(store, join(t.testdir(), 'archive'), { vectors: false })
  const { lines, report } = await compared(await storeSide(store, 'Thing'), await openSide(archive))
  t.strictSame(lines, ['+ vectors'])
  t.match(report, { is_equal: false, without_vectors: 'right', equal: 58 })
  const live = await compared(await storeSide(other, 'Thing'), await storeSide(store, 'Thing'))
  t.strictSame(live.lines.slice(0, 2), ['- vectors', `* ${idOf(0, COUNT)} title`])
  t.match(live.report, { without_vectors: 'left', different: 58, vectors: {} })
  const without = await compared(await storeSide(store, 'Thing'), await openSide(archive), { vectors: false })
  t.match(without.report, { is_equal: true })
})

t.test(
  'objects in any order are put in order; lines that are none are told, and an id twice is damage',
  async (t) => {
    const store = await filled(TARGETS.sqlite, t, left)
    const path = join(t.testdir(), 'things.jsonl')
    const lines = left.map(readableText).reverse()
    writeFileSync(path, [...lines, 'no JSON', ''].join('\n'))
    const found = await compared(
      await storeSide(store, 'Thing'),
      await openSide(path, { className: 'Thing' }),
    )
    t.strictSame(found.lines, [`! right ${path}, line 59 not_json`])
    t.match(found.report, { is_equal: false, unreadable: 1, equal: 58 })
    writeFileSync(path, [...lines, lines[7]].join('\n'))
    const { error } = await compared(
      await storeSide(store, 'Thing'),
      await openSide(path, { className: 'Thing' }),
    )
    t.match(error, { code: 'ELYSIA_DAMAGED', message: `${path} has ${left.at(-8)!.id} twice` })
  },
)

t.test('objects in a file say of which tenant they are', async (t) => {
  const store = await tenanted(TARGETS.sqlite, t, { a: [1, 2], b: [2] })
  const path = join(t.testdir(), 'things.jsonl')
  const of = (tenant: string, n: number) => readableText({ ...thing(n), tenant })
  writeFileSync(path, [of('b', 2), of('b', 3), of('a', 2)].join('\n'))
  const file = () => openSide(path, { className: 'Thing' })
  const { lines, report } = await compared(await storeSide(store, 'Thing'), await file())
  t.strictSame(lines, [`+ a/${idOf(1)}`, `- b/${idOf(3)}`])
  t.match(report, { tenants: 0, equal: 2 })
  const ofB = await compared(await file(), await storeSide(store, 'Thing'), { tenant: 'b' })
  t.strictSame(ofB.lines, [`+ b/${idOf(3)}`])
})

t.test('a class with tenants is not compared with one without', async (t) => {
  const one = await tenanted(TARGETS.memory, t, { a: [1] })
  const other = await filled(TARGETS.memory, t, [])
  await t.rejects(diff(await storeSide(one, 'Thing'), await storeSide(other, 'Thing')), {
    code: 'ELYSIA_USAGE',
    message: /has tenants/,
  })
})
