import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import type { Line } from '../../../lib/core/line.ts'
import { Reject } from '../../../lib/core/reject.ts'
import { LinesDigest } from '../../../lib/stream/lines/digest.ts'
import { fingerprint } from '../../../lib/stream/lines/fingerprint.ts'
import {
  type SkipSettled,
  type SkipSettledOptions,
  skipSettled,
} from '../../../lib/stream/lines/skipSettled.ts'

/** Every third line of any input is missing, as a blank one is; there is one of each kind of reject. */
function lines(count: number): (Line | Reject)[] {
  const all = Array.from({ length: count }, (_, at): Line | Reject => {
    const position = { line: at + 1, end: (at + 1) * 10 }
    if (at === 3)
      return new Reject({ ...position, bytes: Buffer.from([0xff, 0]) }, 'invalid_utf8', 'bad bytes')
    if (at === 4) return new Reject({ ...position, digest: 'abc' }, 'line_too_long', 'too long')
    if (at === 6) return new Reject({ ...position, text: '[]' }, 'not_object', 'an array')
    return { ...position, text: `{"number":${at},"text":"\\u0000 é 😀 \\n"}` }
  })
  return all.filter(({ line }) => line % 3 !== 0)
}

function digestUpTo(items: (Line | Reject)[], line: number): string {
  const digest = new LinesDigest()
  digest.updateAll(items.filter((item) => item.line <= line))
  return digest.hex()
}

async function resumed(
  items: (Line | Reject)[],
  options: SkipSettledOptions,
): Promise<[unknown[], SkipSettled]> {
  const stage = skipSettled(options)
  return [await Readable.from(items).pipe(stage).toArray(), stage]
}

t.test('skipSettled: leaves out what is settled and passes the rest', async (t) => {
  const items = lines(20)
  const [out, stage] = await resumed(items, { line: 10, digest: digestUpTo(items, 10) })
  t.strictSame(
    out,
    items.filter(({ line }) => line > 10),
  )
  t.equal(stage.replayed, false)
  t.equal(stage.digest.hex(), digestUpTo(items, 10), 'its digest can be taken on')
})

t.test('skipSettled: of an input that was settled to its end nothing is left', async (t) => {
  const items = lines(20)
  t.strictSame((await resumed(items, { line: 20, digest: digestUpTo(items, 20) }))[0], [])
})

t.test('skipSettled: where nothing is settled everything passes', async (t) => {
  t.strictSame((await resumed(lines(5), { line: 0, digest: '' }))[0], lines(5))
})

const changes: [string, (items: (Line | Reject)[]) => (Line | Reject)[]][] = [
  [
    'a settled line differs',
    (items) => items.map((item) => (item.line === 2 ? { ...item, text: '{}' } : item)),
  ],
  ['a settled line is missing', (items) => items.filter(({ line }) => line !== 5)],
  ['the input is shorter', (items) => items.slice(0, 4)],
  ['the input is empty', () => []],
  ['the input begins behind it', (items) => items.filter(({ line }) => line > 10)],
]

for (const [title, change] of changes) {
  t.test(`skipSettled: ${title}: an error, and nothing is passed on`, async (t) => {
    const items = lines(20)
    const stage = skipSettled({ line: 10, digest: digestUpTo(items, 10) })
    const out: unknown[] = []
    stage.on('data', (item) => out.push(item))
    const ended = new Promise((_, reject) => stage.on('error', reject))
    Readable.from(change(items)).pipe(stage)
    await t.rejects(ended, { code: 'ELYSIA_INPUT_CHANGED', hint: /--fresh/ })
    t.strictSame(out, [])
  })

  t.test(`skipSettled: ${title}: with a spool all lines pass, as they were`, async (t) => {
    const directory = t.testdir()
    const items = lines(20)
    const input = change(items)
    const [out, stage] = await resumed(input, {
      line: 10,
      digest: digestUpTo(items, 10),
      spool: `${directory}/spool`,
    })
    t.strictSame(out, input)
    t.ok(stage.replayed)
    t.strictSame(readdirSync(directory), [], 'the spool file is gone')
  })
}

t.test('skipSettled: thousands of spooled lines come back from the disk', async (t) => {
  const directory = t.testdir()
  const items = lines(30_000)
  const [out] = await resumed(items, { line: 29_000, digest: 'other', spool: `${directory}/spool` })
  t.equal(out.length, items.length)
  t.strictSame(out.slice(-3), items.slice(-3))
  t.strictSame(out.slice(0, 10), items.slice(0, 10))
  t.strictSame(readdirSync(directory), [])
})

t.test('skipSettled: the spool file is readable by its owner only, and removed on destroy', async (t) => {
  const spool = `${t.testdir()}/spool`
  writeFileSync(spool, 'left by a run that was killed', { mode: 0o644 })
  const stage = skipSettled({ line: 40_000, digest: 'any', spool })
  Readable.from(lines(20_000)).pipe(stage)
  while (statSync(spool).size < 1000) await turn()
  t.equal(statSync(spool).mode & 0o777, 0o600)
  stage.destroy()
  t.notOk(existsSync(spool))
})

t.test('skipSettled: a matching input leaves no spool file either', async (t) => {
  const directory = t.testdir()
  const items = lines(20_000)
  const digest = digestUpTo(items, 19_000)
  const [out, stage] = await resumed(items, { line: 19_000, digest, spool: `${directory}/spool` })
  t.strictSame(
    out,
    items.filter(({ line }) => line > 19_000),
  )
  t.notOk(stage.replayed)
  t.strictSame(readdirSync(directory), [])
})

t.test('skipSettled: a spool that cannot be written ends the run with the reason', async (t) => {
  const spool = `${t.testdir()}/none/spool`
  const run = resumed(lines(20_000), { line: 30_000, digest: 'any', spool })
  await t.rejects(run, { code: 'ELYSIA_STATE', message: /ENOENT/ })
})

t.test('skipSettled: an input that a graceful stop ended early has not changed', async (t) => {
  const items = lines(20)
  const stop = AbortSignal.abort()
  t.strictSame((await resumed(items.slice(0, 3), { line: 10, digest: digestUpTo(items, 10), stop }))[0], [])
})

t.test(
  'skipSettled: an input that is another one is passed on at its first record that differs',
  async (t) => {
    const items = lines(3000)
    const fingerprints = items.map(fingerprint)
    const spool = `${t.testdir()}/spool`
    for (const first of [0, 1, 5, 1000, 1998]) {
      const other = items.map((item, at) => (at < first ? item : { ...item, text: `other ${at}` }))
      const stage = skipSettled({ line: 3000, digest: digestUpTo(items, 3000), fingerprints, spool })
      const out: unknown[] = []
      stage.on('data', (item) => out.push(item))
      for (const item of other.slice(0, first + 1)) stage.write(item)
      while (out.length < first + 1) await turn()
      t.strictSame(out, other.slice(0, first + 1), `${first} records alike`)
      t.equal(stage.settledLine, 0)
      stage.destroy()
    }
  },
)

t.test('skipSettled: marks on the way tell another input at the next one', async (t) => {
  const items = lines(3000)
  const places = [1, 2, 4, 8, 16].map((count) => {
    const { line } = items[count - 1]!
    return { line, digest: digestUpTo(items, line) }
  })
  const stage = skipSettled({ line: 3000, digest: digestUpTo(items, 3000), places })
  const ended = new Promise((_, reject) => stage.on('error', reject))
  const other = items.map((item, at) => (at < 9 ? item : { ...item, text: 'other' }))
  let written = 0
  ended.catch(() => {})
  for (const item of other.slice(0, 16)) {
    stage.write(item)
    written += 1
    if (written === 15) {
      await turn()
      t.equal(stage.errored, null, 'not before the mark')
      t.equal(stage.settledLine, items[7]!.line, 'what is proven ends at the mark before')
    }
  }
  await t.rejects(ended, { code: 'ELYSIA_INPUT_CHANGED' })
})

t.test('skipSettled: a line of a mark that is missing is seen at the next one', async (t) => {
  const items = lines(20)
  const places = [{ line: 2, digest: digestUpTo(items, 2) }]
  const stage = skipSettled({ line: 20, digest: digestUpTo(items, 20), places })
  const ended = new Promise((_, reject) => stage.on('error', reject))
  stage.write(items[0])
  stage.write(items[2])
  await t.rejects(ended, { code: 'ELYSIA_INPUT_CHANGED' })
})

t.test('skipSettled: the same input is left out, whatever its pace, and known to be settled', async (t) => {
  const items = lines(300)
  const fingerprints = items.slice(0, 100).map(fingerprint)
  const stage = skipSettled({
    line: 300,
    digest: digestUpTo(items, 300),
    fingerprints,
    spool: `${t.testdir()}/spool`,
  })
  const out: unknown[] = []
  stage.on('data', (item) => out.push(item))
  for (const item of items.slice(0, 120)) stage.write(item)
  await turn()
  t.equal(stage.settledLine, items[99]!.line)
  for (const item of items.slice(120)) stage.write(item)
  stage.end({ line: 301, end: 3010, text: 'more' })
  while (out.length === 0) await turn()
  t.strictSame(out, [{ line: 301, end: 3010, text: 'more' }])
  t.equal(stage.settledLine, 300)
})
