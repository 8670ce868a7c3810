import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { Reject } from '../../lib/core/reject.ts'

/** How a stage is made, what it is fed, and what to expect of it. */
export interface StageCase {
  /** A fresh stage. */
  make(): Duplex
  /** Chunks to write, new at each call; a dozen or more, with rejects among them where those pass. */
  input(): unknown[]
  /** Most chunks that it takes while nobody reads: both highWaterMarks and what its name says it holds. */
  readonly holds: number
  /** What tells the records of a chunk apart. By default their `line`, of an array those of its items. */
  keysIn?(chunk: unknown): readonly unknown[]
  /** The same for what comes out. */
  keysOut?(chunk: unknown): readonly unknown[]
}

/** Runs the laws that every stage keeps (DESIGN, "The shape"), each as a test of its own. */
export function stageContract(t: Test, name: string, stage: StageCase): void {
  t.test(`${name}: while nobody reads it takes no more than it may hold`, (t) => stalls(t, stage))
  t.test(`${name}: every record comes out once, in order, to the end without an error`, (t) =>
    keeps(t, stage),
  )
  t.test(`${name}: what it is given stays as it was`, (t) => leavesAlone(t, stage))
  t.test(`${name}: an abort ends it at once and leaves nothing open`, (t) => aborts(t, stage))
  t.test(`${name}: destroyed while full or empty, it closes and leaves nothing open`, (t) =>
    destroys(t, stage),
  )
  t.test(`${name}: a failing source or reader takes it down with its own error`, (t) => fails(t, stage))
}

async function stalls(t: Test, { make, input, holds }: StageCase): Promise<void> {
  const stage = make()
  let taken = 0
  const source = Readable.from(
    endlessly(input, () => taken++),
    { highWaterMark: 1 },
  )
  source.pipe(stage)
  for (let before = -1, quiet = 0; quiet < 10 && taken <= holds + 3; before = taken) {
    await wait(2)
    quiet = taken === before ? quiet + 1 : 0
  }
  // One chunk lies in the source's own buffer, one waits in the pipe.
  t.ok(taken <= holds + 2, `took ${taken} chunks, may hold ${holds}`)
  t.ok(taken > 0, 'took something')
  source.destroy()
  stage.destroy()
}

async function keeps(t: Test, { make, input, keysIn = keysOf, keysOut = keysOf }: StageCase): Promise<void> {
  const chunks = input()
  const out = await collect(make(), chunks)
  t.strictSame(out.flatMap(keysOut), chunks.flatMap(keysIn), 'the same records in the same order')
  const sent = chunks.flat().filter((record) => record instanceof Reject)
  const lines = new Set(sent.map(({ line }) => line))
  const passed = out.flat().filter((record) => record instanceof Reject && lines.has(record.line))
  t.strictSame(passed, sent, 'rejects pass unchanged')
}

async function leavesAlone(t: Test, { make, input }: StageCase): Promise<void> {
  const chunks = input()
  for (const chunk of chunks) freeze(chunk)
  const before = chunks.map((chunk) => (chunk instanceof Uint8Array ? Buffer.from(chunk) : chunk))
  await collect(make(), chunks)
  t.strictSame(chunks, before)
}

async function aborts(t: Test, { make, input }: StageCase): Promise<void> {
  const open = openResources()
  const stage = make()
  const abort = new AbortController()
  let received = 0
  const reader = new Writable({
    objectMode: true,
    write(_chunk, _encoding, done) {
      if (++received === 2) abort.abort()
      done()
    },
  })
  const source = Readable.from(endlessly(input, () => {}))
  await t.rejects(pipeline(source, stage, reader, { signal: abort.signal }), { name: 'AbortError' })
  t.ok(stage.destroyed, 'it is destroyed')
  await closed(stage)
  t.ok(await settles(() => openResources() <= open), 'nothing is left open')
}

async function destroys(t: Test, { make, input }: StageCase): Promise<void> {
  const open = openResources()
  const full = make()
  Readable.from(endlessly(input, () => {})).pipe(full)
  await wait(5)
  const empty = make()
  for (const stage of [full, empty]) {
    stage.destroy()
    await closed(stage)
  }
  t.ok(await settles(() => openResources() <= open), 'nothing is left open')
}

async function fails(t: Test, { make, input }: StageCase): Promise<void> {
  const broken = new Error('the disk is gone')
  const failing = async function* () {
    yield* input()
    throw broken
  }
  const sunk = make()
  await t.rejects(
    pipeline(failing, sunk, async (out) => void (await drained(out))),
    broken,
  )
  const unread = make()
  const refusing = new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done(broken) })
  await t.rejects(pipeline(Readable.from(endlessly(input, () => {})), unread, refusing), broken)
  t.ok(sunk.destroyed && unread.destroyed, 'it is destroyed')
}

/** Reads slowly, a chunk a turn, so that the stage has to pause. */
async function collect(stage: Duplex, chunks: unknown[]): Promise<unknown[]> {
  const out: unknown[] = []
  const reader = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      out.push(chunk)
      turn().then(() => done(), done)
    },
  })
  await pipeline(Readable.from(chunks), stage, reader)
  return out
}

async function drained(out: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of out);
}

async function* endlessly(input: () => unknown[], onTaken: () => void): AsyncGenerator<unknown> {
  for (;;) {
    for (const chunk of input()) {
      onTaken()
      yield chunk
    }
    await turn()
  }
}

function keysOf(chunk: unknown): readonly unknown[] {
  return [chunk].flat().map((record) => (record as { line?: unknown }).line)
}

function closed(stage: Duplex): Promise<void> {
  return stage.closed ? Promise.resolve() : new Promise((resolve) => stage.once('close', resolve))
}

function openResources(): number {
  return process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
}

// What is closed may still wait for a thread of the pool: on a busy machine that takes longer than any number of turns.
async function settles(fact: () => boolean): Promise<boolean> {
  for (let waits = 0; waits < 1000 && !fact(); waits++) await wait(10)
  return fact()
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}
