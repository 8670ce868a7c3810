// An archive in one file: what each level looks at, and what its report says.
import { readFileSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import type { VerifyOptions } from '../../../lib/job/verify/options.ts'
import { verifySingle } from '../../../lib/job/verify/single.ts'
import type { Store } from '../../../lib/store/store.ts'
import { things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { directory } from '../targets.ts'

const LEVELS = ['exists', 'stored', 'records', 'live'] as const
const options = (level: VerifyOptions['level']): VerifyOptions => ({
  level,
  maxErrors: 0,
  workers: 1,
  retryForMs: 0,
})

async function archived(t: Test) {
  const store = await things(60)
  const stream = new PassThrough()
  const [bytes, { manifest }] = await Promise.all([
    buffer(stream),
    backupSingle(store, 'Thing', { stream, location: '-' }, { compression: 'none' }),
  ])
  const path = `${directory(t)}/thing.jsonl`
  writeFileSync(path, bytes)
  return { path, bytes, id: manifest.id, store }
}

/** A store that counts how often it is read. */
function counting(store: Store): { readonly store: Store; readonly reads: () => number } {
  let reads = 0
  const counted = changedStore(store, (collection) => ({
    read: (...words) => {
      reads += 1
      return collection.read(...words)
    },
  }))
  return { store: counted, reads: () => reads }
}

t.test('a whole file is whole at every level; only live reads the store', async (t) => {
  const { path, bytes, id, store } = await archived(t)
  for (const level of LEVELS) {
    const against = counting(store)
    const report = await verifySingle(path, options(level), { against: { store: against.store } })
    const isRead = level !== 'exists'
    t.match(report, {
      archive: id,
      location: path,
      level,
      status: 'complete',
      parts: 1,
      parts_checked: 1,
      objects_checked: isRead ? 60 : 0,
      bytes_checked: isRead ? bytes.length : 0,
      num_errors: 0,
      faults: [],
    })
    t.equal(against.reads() > 0, level === 'live', level)
  }
  t.equal(
    (await verifySingle(path, options('live'))).status,
    'complete',
    'without a store there is none to ask',
  )
})

t.test(
  'of a file that is cut short exists sees its first line alone; all others name it as damaged',
  async (t) => {
    const { path, bytes, id, store } = await archived(t)
    writeFileSync(path, bytes.subarray(0, bytes.length >> 1))
    for (const level of LEVELS) {
      const against = counting(store)
      const report = await verifySingle(path, options(level), { against: { store: against.store } })
      t.equal(report.archive, id, `${level}: the archive is known by its header`)
      t.equal(report.status, level === 'exists' ? 'complete' : 'damaged', level)
      t.equal(against.reads(), 0, `${level}: what is damaged is compared with nothing`)
      if (level !== 'exists') t.match(report.faults, [{ file: path, fact: /cut short/, part: false }], level)
    }
  },
)

t.test('a file without a header is damaged at every level, and of no archive', async (t) => {
  const { path, bytes } = await archived(t)
  writeFileSync(path, bytes.subarray(1))
  for (const level of LEVELS) {
    const report = await verifySingle(path, options(level))
    t.match(report, { archive: '', status: 'damaged', num_errors: 1, objects_checked: 0 }, level)
  }
  const gone = `${path}.gone`
  await t.rejects(verifySingle(gone, options('exists')), { code: 'ELYSIA_NOT_FOUND' })
})

t.test('a failure that is none of the archive is thrown, and no finding', async (t) => {
  const { path } = await archived(t)
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(verifySingle(path, options('records'), { signal }), /enough|aborted/)
  t.ok(readFileSync(path).length > 0)
})
