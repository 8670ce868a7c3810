import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Report } from '../../../lib/core/report.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'

const COMMAND = fileURLToPath(new URL('../../../bin/elysiactl.js', import.meta.url))

/** A run of the command that is killed, and what it takes to run the same command again. */
export interface Killing {
  readonly input: string
  readonly home: string
  readonly arguments: readonly string[]
  /** The input comes through a pipe. */
  readonly piped?: boolean
}

/** Numbers in [0, 1) that can be had again from the seed. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Writes change records of all four operations over a few paths, with blank and bad lines between them. */
export async function writeChanges(path: string, lines: number, seed: number): Promise<void> {
  const draw = drawing(seed)
  const name = () => `src/file-${Math.floor(draw() * 120)}.ts`
  function* generate() {
    for (let line = 1; line <= lines; line++) yield `${lineOf(draw, name, line)}\n`
  }
  await pipeline(Readable.from(generate()), createWriteStream(path))
}

function lineOf(draw: () => number, name: () => string, line: number): string {
  const kind = draw()
  const record = { repo: 'A', path: name() }
  if (kind < 0.02) return draw() < 0.5 ? '' : `{"line": ${line}, broken`
  if (kind < 0.55)
    return JSON.stringify({ ...record, op: 'add', content: `line ${line}\n`.repeat(1 + (line % 20)) })
  if (kind < 0.7) return JSON.stringify({ ...record, op: 'delete' })
  if (kind < 0.85) return JSON.stringify({ ...record, op: 'modify', metadata: { line } })
  const content = draw() < 0.3 ? { content: `moved ${line}` } : {}
  return JSON.stringify({ ...record, op: 'rename', new_path: name(), ...content })
}

/** Gives the command again and again, killing it after a random while, until it comes to its end. */
export async function runKilled(killing: Killing, kills: number, draw: () => number, upToMs: number) {
  for (let killed = 0; killed < kills; ) {
    const { code, report, errors } = await runOnce(killing, 80 + draw() * upToMs)
    if (code !== null) return { killed, code, report, errors }
    killed += 1
  }
  return { killed: kills, ...(await runOnce(killing)) }
}

/** Runs the command; `code` is null where it was killed. */
export async function runOnce(killing: Killing, killAfterMs?: number) {
  const source = killing.piped ? ['index', 'sync', '--stdin'] : ['index', 'process-jsonl', killing.input]
  const env = {
    ...process.env,
    XDG_DATA_HOME: join(killing.home, 'data'),
    XDG_STATE_HOME: join(killing.home, 'state'),
  }
  const child = spawn(process.execPath, [COMMAND, ...source, '--json', ...killing.arguments], { env })
  if (killing.piped)
    createReadStream(killing.input)
      .on('error', () => {})
      .pipe(child.stdin.on('error', () => {}))
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  if (killAfterMs !== undefined) wait(killAfterMs).then(() => child.kill('SIGKILL'))
  const code = await closed
  if (code !== null && output === '') throw new Error(`exit ${code} without a report: ${errors}`)
  return { code, errors, report: code === null ? undefined : (JSON.parse(output) as Report) }
}

/** The state that the input describes: its records applied one at a time to a store in memory. */
export async function plainState(input: string): Promise<StoredObject[]> {
  const store = openMemory()
  await ingest(createReadStream(input), store, { collection: 'source-code', batchSize: 1, workers: 1 })
  return objectsOf(store)
}

/** All objects of the collection, in id order. */
export async function objectsOf(store: Store, name = 'SourceCode'): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const page of store.collection(name).read({ properties: 'all', vectors: true }))
    objects.push(...page)
  return objects
}
