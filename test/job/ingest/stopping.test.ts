import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import type { WriteContext } from '../../../lib/run/context.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { each, on, texts } from '../../run/listening.ts'
import { objectsOf } from './killing.ts'

const OPTIONS = { collection: 'c', batchSize: 1, workers: 1 }
const lines = (from: number, to: number, name = 'f') =>
  Array.from({ length: to - from + 1 }, (_, at) => {
    return `${JSON.stringify({ repo: 'r', op: 'add', path: `${name}${from + at}`, content: 'text' })}\n`
  }).join('')

function pipe(source: Readable, name = 'stdin'): Input {
  return { name, rereadable: false, open: () => source }
}

function file(text: string): Input {
  return { name: 'file', rereadable: true, open: () => Readable.from([Buffer.from(text)]) }
}

async function place(t: Test) {
  const directory = t.testdir()
  const store = await openSqlite(join(directory, 'store.db'))
  t.teardown(() => store.close())
  return { store, state: openState(store, directory) }
}

/** A store without transactions whose writes wait until they are let go, and say when they have begun. */
function slowly(base: Store) {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  let writes = 0
  const store = new Proxy(base, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'collection') return typeof value === 'function' ? value.bind(target) : value
      return (of: string) => {
        const collection = target.collection(of)
        return new Proxy(collection, {
          get(inner, key) {
            const method: unknown = Reflect.get(inner, key, inner)
            if (key !== 'write') return typeof method === 'function' ? method.bind(inner) : method
            return async (...args: Parameters<typeof inner.write>) => {
              writes += 1
              begun.resolve()
              await gate.promise
              return inner.write(...args)
            }
          },
        })
      }
    },
  })
  return { store, begun: begun.promise, go: gate.resolve, writes: () => writes }
}

t.test('a stop takes no more of a file than what is in flight', async (t) => {
  const { store, begun, go, writes } = slowly(openMemory())
  const stop = new AbortController()
  const running = ingestFiles([file(lines(1, 500))], store, OPTIONS, { stop: stop.signal })
  await begun
  stop.abort()
  go()
  const { report } = await running
  t.equal(report.status, 'interrupted')
  t.ok(writes() >= 1 && writes() <= 2, `${writes()} writes`)
  t.equal(report.written, writes(), 'what was begun is settled')
})

t.test('a stop in the middle of a batch begins no further unit of it', async (t) => {
  const base = openMemory()
  await ingestFiles([file(lines(1, 1))], base, OPTIONS)
  const { store, begun, go, writes } = slowly(base)
  const stop = new AbortController()
  const renames = Array.from({ length: 50 }, (_, at) => {
    return `${JSON.stringify({ repo: 'r', op: 'rename', path: `f${at + 1}`, new_path: `f${at + 2}` })}\n`
  }).join('')
  const running = ingestFiles([file(renames)], store, { ...OPTIONS, batchSize: 500 }, { stop: stop.signal })
  await begun
  stop.abort()
  go()
  const { report } = await running
  t.equal(writes(), 1)
  t.match(report, { status: 'interrupted', records: 1, written: 1 })
})

t.test('a stop writes all that was taken from a pipe', async (t) => {
  const { state } = await place(t)
  const { store, begun, go } = slowly(openMemory())
  const source = new PassThrough()
  const stop = new AbortController()
  const running = ingestFiles([pipe(source)], store, OPTIONS, { stop: stop.signal, state })
  source.write(lines(1, 40))
  await begun
  source.write(lines(41, 60))
  source.write(lines(61, 80))
  stop.abort()
  go()
  const { report, error } = await running
  t.equal(error, undefined)
  t.match(report, { status: 'interrupted', lines: 80, written: 80 })
})

/** Takes a pipe in which `bytes` have come, and is stopped once `count` records are settled; more than that never come. */
async function stoppedAfter(t: Test, bytes: Buffer | string, count: number, more: Partial<Input> = {}) {
  const { store, state } = await place(t)
  const source = new PassThrough()
  const stop = new AbortController()
  const notices: string[] = []
  const running = ingestFiles([{ ...pipe(source), ...more }], store, OPTIONS, {
    state,
    stop: stop.signal,
    onEvent: each(
      on('records_settled', ({ records }) => records === count && stop.abort()),
      texts(notices),
    ),
  })
  source.write(bytes)
  const ended = await running
  const next = (text: string) =>
    ingestFiles([pipe(Readable.from([Buffer.from(text)]))], store, OPTIONS, { state })
  return { ...ended, store, notices, next }
}

t.test('a line of a pipe that the stop cut is named, and the run is no clean one', async (t) => {
  for (const cut of ['{', '{"repo":"r","op":"add"', lines(4, 4).trimEnd(), 'x'.repeat(200_000), ' \u00a0']) {
    const { report, error, next } = await stoppedAfter(t, lines(1, 3) + cut, 3)
    t.match(error, {
      code: 'ELYSIA_INPUT',
      message: 'line 4 of stdin was cut by the stop, and is not written',
    })
    t.match(report, { status: 'failed', lines: 3, written: 3 })
    t.match((await next(lines(1, 4))).report, { status: 'done', continued_from_line: 3, written: 4 })
  }
  for (const nothing of ['', ' ', '\t \r']) {
    const { report, error } = await stoppedAfter(t, lines(1, 3) + nothing, 3)
    t.equal(error, undefined, JSON.stringify(nothing))
    t.match(report, { status: 'interrupted', written: 3 })
  }
})

t.test('where the first line is cut that is said, and where one behind the settled ones is', async (t) => {
  const { state, store } = await place(t)
  const source = new PassThrough()
  const stop = new AbortController()
  const running = ingestFiles([pipe(source)], store, OPTIONS, { state, stop: stop.signal })
  source.write('{"repo"')
  await new Promise((resolve) => setTimeout(resolve, 100))
  stop.abort()
  t.match((await running).error, { code: 'ELYSIA_INPUT', message: 'what was taken of stdin is not written' })

  const { next } = await interrupted(t, lines(1, 300))
  for (const [text, message] of [
    [lines(1, 50) + lines(51, 51).slice(0, 9), undefined],
    [lines(1, 300) + lines(301, 301).slice(0, 9), /line 301 of stdin was cut/],
  ] as const) {
    const again = new PassThrough()
    const end = new AbortController()
    const run = next(again, { stop: end.signal })
    again.write(text)
    await new Promise((resolve) => setTimeout(resolve, 100))
    end.abort()
    const { error } = await run
    if (message === undefined) t.equal(error, undefined, 'what is settled is not lost')
    else t.match(error, { message })
  }
})

t.test(
  'lines of a pipe that came while its collection could not be made are not lost without a word',
  async (t) => {
    const { store, state } = await place(t)
    const away = new Proxy(store, {
      get(target, name) {
        if (name === 'create')
          return async () => {
            throw new ElysiaError('ELYSIA_UNREACHABLE', 'away', { retryable: true })
          }
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const stop = new AbortController()
    const input = pipe(Readable.from([Buffer.from(lines(1, 2))]))
    const running = ingestFiles([input], away, OPTIONS, {
      state,
      stop: stop.signal,
      onEvent: on('retry', () => stop.abort()),
    })
    t.match((await running).error, {
      code: 'ELYSIA_INPUT',
      message: 'what was taken of stdin is not written',
    })
  },
)

t.test(
  'where the same command gets the lines again, a line that was cut is said, and the stop is a clean one',
  async (t) => {
    const { error, notices } = await stoppedAfter(t, `${lines(1, 3)}{"repo"`, 3, { comesAgain: true })
    t.equal(error, undefined)
    t.match(notices.join('\n'), /line 4 of stdin was cut by the stop.*; the same command gets it again/)
  },
)

for (const [codec, compress] of Object.entries({
  gzip: (text: string) => gzipSync(text),
  zstd: (text: string) => zstdCompressSync(text),
  lz4: (text: string) => compressFrameSync(Buffer.from(text)),
})) {
  t.test(
    `a stop inside a member of a pipe in ${codec} says behind which line; one behind its end is clean`,
    async (t) => {
      const more = compress(lines(4, 3000))
      const cut = Buffer.concat([compress(lines(1, 3)), more.subarray(0, more.length - 9)])
      const { report, error } = await stoppedAfter(t, cut, 3)
      t.match(error, {
        code: 'ELYSIA_INPUT',
        message: /^what was taken of stdin behind line \d+ is not written$/,
      })
      t.equal((error as Error).message.replace(/\D+/g, ''), String(report.lines))
      t.ok(report.lines >= 3)
      const whole = await stoppedAfter(t, Buffer.concat([compress(lines(1, 3)), compress(lines(4, 4))]), 3)
      t.equal(whole.error, undefined)
      t.match(whole.report, { status: 'interrupted', lines: 4, written: 4 })
    },
  )
}

t.test('a run that is ended at once says what it took from a pipe and did not write', async (t) => {
  const { state } = await place(t)
  const { store, begun, go } = slowly(openMemory())
  const source = new PassThrough()
  const abort = new AbortController()
  const running = ingestFiles([pipe(source)], store, OPTIONS, { signal: abort.signal, state })
  source.write(lines(1, 40))
  await begun
  abort.abort()
  go()
  const { report, error } = await running
  t.match(error, {
    code: 'ELYSIA_INPUT',
    message: /the lines \d+ to \d+ of stdin were taken and are not written/,
  })
  t.equal(report.status, 'interrupted')
  t.ok(report.written < 40)
})

t.test('of a file that is ended at once nothing is lost: it is read again', async (t) => {
  const { state } = await place(t)
  const { store, begun, go } = slowly(openMemory())
  const abort = new AbortController()
  const running = ingestFiles([file(lines(1, 40))], store, OPTIONS, { signal: abort.signal, state })
  await begun
  abort.abort()
  go()
  const { error } = await running
  t.not((error as { code?: unknown }).code, 'ELYSIA_INPUT')
})

/** A stream of which `before` is settled when it is stopped. */
async function interrupted(t: Test, before: string) {
  const { store, state } = await place(t)
  const next = (source: Readable, context: WriteContext) =>
    ingestFiles([pipe(source)], store, OPTIONS, { state, ...context })
  const count = before.split('\n').length - 1
  const source = new PassThrough()
  const stop = new AbortController()
  const running = next(source, {
    stop: stop.signal,
    onEvent: on('records_settled', ({ records }) => records === count && stop.abort()),
  })
  source.write(before)
  t.equal((await running).report.status, 'interrupted')
  return { store, next }
}

t.test('a stream that was started again with other records shows them at once, and keeps them', async (t) => {
  for (const alike of [0, 1, 7, 100]) {
    const { store, next } = await interrupted(t, lines(1, 300))
    const source = new PassThrough()
    const stop = new AbortController()
    const seen = Promise.withResolvers<void>()
    const running = next(source, {
      stop: stop.signal,
      onEvent: on('records_settled', ({ records }) => records >= alike + 20 && seen.resolve()),
    })
    source.write((alike === 0 ? '' : lines(1, alike)) + lines(1, 20, 'new'))
    await seen.promise
    const paths = (await objectsOf(store, 'C')).map(({ properties }) => String(properties.file_path))
    t.equal(paths.filter((path) => path.startsWith('new')).length, 20, `${alike} records alike`)
    stop.abort()
    const { report, error } = await running
    t.equal(error, undefined)
    t.match(report, { status: 'interrupted', lines: alike + 20, continued_from_line: 0 })
  }
})

t.test('the same stream that is sent again slowly goes on, and repeats no rename', async (t) => {
  const rename = '{"repo":"r","op":"rename","path":"f1","new_path":"g"}\n'
  const before = lines(1, 2) + rename + lines(1, 1)
  const { store, next } = await interrupted(t, before)
  const source = new PassThrough()
  const running = next(source, {})
  for (const line of before.split(/(?<=\n)/)) {
    source.write(line)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  source.end(lines(9, 9))
  const { report } = await running
  t.match(report, { status: 'done', lines: 5, continued_from_line: 4 })
  t.equal((await objectsOf(store, 'C')).length, 4)
})

t.test('stopped while the same stream comes again, its place is kept', async (t) => {
  const { next } = await interrupted(t, lines(1, 300))
  const source = new PassThrough()
  const stop = new AbortController()
  const running = next(source, { stop: stop.signal })
  source.write(lines(1, 50))
  await once(source, 'readable').catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 100))
  stop.abort()
  const { report, error } = await running
  t.equal(error, undefined)
  t.match(report, { status: 'interrupted', lines: 300 })
  const whole = await next(Readable.from([Buffer.from(lines(1, 301))]), {})
  t.match(whole.report, { status: 'done', continued_from_line: 300, lines: 301, written: 301 })
})

t.test('the hint to too many rejects is true: a larger limit goes on behind them', async (t) => {
  const { store, state } = await place(t)
  const input = file(`bad\n${lines(1, 1)}bad\n${lines(2, 3)}`)
  const first = await ingestFiles([input], store, { ...OPTIONS, maxErrors: '0' }, { state })
  t.match(first.error, {
    code: 'ELYSIA_TOO_MANY_REJECTS',
    hint: /same command with a larger --max-errors continues/,
  })
  const next = await ingestFiles([input], store, { ...OPTIONS, maxErrors: '2' }, { state })
  t.match(next.report, {
    status: 'done',
    continued_from_line: first.report.lines,
    written: 3,
    rejected: { not_json: 2 },
  })
  const without = await ingestFiles([file('bad\nbad\n')], openMemory(), { ...OPTIONS, maxErrors: '0' })
  t.notMatch(without.error, { hint: /rejects file|goes on/ }, 'where nothing is kept it does not say so')
})

t.test(
  'a rename of something that is not there, with the content that is at its target already, is unchanged',
  async (t) => {
    for (const open of [async () => openMemory(), async () => (await place(t)).store]) {
      const store = await open()
      const rename = '{"repo":"r","op":"rename","path":"f1","new_path":"g","content":"text"}\n'
      await ingestFiles([file(lines(1, 1))], store, OPTIONS)
      const first = await ingestFiles([file(rename)], store, OPTIONS)
      t.match(first.report, { written: 1, unchanged: 0 })
      const again = await ingestFiles([file(rename)], store, OPTIONS)
      t.match(again.report, { written: 0, unchanged: 1 })
      const other = await ingestFiles([file(rename.replace('"text"', '"other"'))], store, OPTIONS)
      t.match(other.report, { written: 1, unchanged: 0 })
      await ingestFiles([file(lines(1, 1))], store, OPTIONS)
      const both = await ingestFiles([file(rename.replace('"text"', '"other"'))], store, OPTIONS)
      t.match(both.report, { written: 1 }, 'one whose source is removed changes something')
      t.equal((await objectsOf(store, 'C')).length, 1)
    }
  },
)

t.test('two streams with names of their own run at once; of one name the second is refused', async (t) => {
  const { store, state } = await place(t)
  const [one, two] = [new PassThrough(), new PassThrough()]
  const first = ingestFiles([pipe(one, 'input:a')], store, OPTIONS, { state })
  const second = ingestFiles([pipe(two, 'input:b')], store, OPTIONS, { state })
  one.write(lines(1, 1))
  two.write(lines(2, 2))
  await t.rejects(ingestFiles([pipe(Readable.from([]), 'input:a')], store, OPTIONS, { state }), {
    code: 'ELYSIA_LOCKED',
  })
  one.end()
  two.end()
  t.match(
    (await Promise.all([first, second])).map(({ report }) => report.status),
    ['done', 'done'],
  )
})

t.test('a run that is aborted says what it could not commit', async (t) => {
  const { store, state } = await place(t)
  const source = new PassThrough()
  const abort = new AbortController()
  const onInFlight = (batches: number) => {
    if (batches > 0 || abort.signal.aborted || !store.database.inTransaction) return
    // What a full disk does.
    store.database.exec('ROLLBACK')
    abort.abort()
  }
  const running = ingestFiles([pipe(source)], store, OPTIONS, { state, signal: abort.signal, onInFlight })
  source.write(lines(1, 1))
  const { report, error } = await running
  t.match(error, { message: /no transaction is active/ })
  t.match(report, { status: 'interrupted', written: 0 })
})
