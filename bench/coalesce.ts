/**
 * `node bench/coalesce.ts [--rounds N] [--file HISTORY.jsonl | --paths N [--vectors N]] [--target ADDRESS [--index flat|hnsw]]
 * [--once N]`: an ingest that leaves out what later records replace, beside the same one that writes all (`--coalesce off`), which is
 * the floor. Into the embedded store, or a server. Without a file, of a history that is made: 22 versions of each of a thousand
 * paths, in texts of 13 KB. With `--paths` one in the shape of a real repository's: of 23 records a path, a quarter says what is there
 * already, and a third of the paths is deleted in the end; `--vectors` gives each record a vector of so many numbers. And of a file
 * in which each path stands once, where there is nothing to leave out.
 */
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { COMMAND, homeIn } from './ingest/embedded.ts'
import { compare, type Figures, figuresOf, inTurns, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    file: { type: 'string' },
    paths: { type: 'string' },
    vectors: { type: 'string', default: '0' },
    target: { type: 'string' },
    index: { type: 'string' },
    once: { type: 'string', default: '200000' },
  },
})
const ROUNDS = Number(values.rounds)
const PATHS = 1000
const VERSIONS = 22
const ONCE = Number(values.once)
const WIDTH = Number(values.vectors)
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
let taken = 0

try {
  const made = join(home, 'history.jsonl')
  const history =
    values.file ??
    (values.paths === undefined
      ? await writeHistory(made)
      : await writeRepository(made, Number(values.paths)))
  const bound = values.target === undefined ? 5 : 10
  await benchFile('a history, what decides / all of it', history, bound)
  if (ONCE > 0) {
    const once = join(home, 'once.jsonl')
    await writeRecords(once, ONCE)
    await benchFile('each path once, --coalesce auto / off', once, 0.95)
  }
} finally {
  rmSync(home, { recursive: true })
}

async function benchFile(what: string, file: string, bound: number): Promise<void> {
  const { all, some } = await inTurns(ROUNDS, {
    all: () => ingested(file, 'off'),
    some: () => ingested(file, 'auto'),
  })
  compare(what, bound, all, some)
}

/** One ingest into a collection of its own. */
function ingested(file: string, coalesce: string): Promise<Figures> {
  const place = join(home, `${++taken}`)
  const target = values.target ?? `sqlite:${join(place, 'bench.db')}`
  const name = `Bench${process.pid}N${taken}`
  const words = [
    'index',
    'process-jsonl',
    file,
    '--collection',
    name,
    '--target',
    target,
    '--coalesce',
    coalesce,
    ...(values.index === undefined ? [] : ['--schema', schemaFile(values.index)]),
  ]
  return figuresOf([...COMMAND, ...words, '--json', '--quiet'], homeIn(place))
}

/** A class whose objects have an index of this kind, and bring their vectors. */
function schemaFile(index: string): string {
  const file = join(home, 'class.json')
  writeFileSync(file, JSON.stringify({ class: 'Bench', vectorizer: 'none', vectorIndexType: index }))
  return file
}

function line(n: number): string {
  return `\tif err := step${n % 97}(ctx, "${n}"); err != nil {\n\t\treturn fmt.Errorf("step: %w", err)\n\t}\n`
}

function textOf(n: number): string {
  return Array.from({ length: 130 }, (_, at) => line(n + at)).join('')
}

/** The history of a repository: paths change again and again, some say nothing new, some are deleted in the end. */
async function writeRepository(path: string, paths: number): Promise<string> {
  const name = (n: number) => ({ repo: 'bench', path: `pkg/d${n % 50}/f${n}.go` })
  const vectorOf = (n: number) => Array.from({ length: WIDTH }, (_, at) => Math.sin(n * 31 + at))
  const all = Math.round(paths * 1.5)
  function* records() {
    for (let version = 0; version < 15; version++) {
      for (let n = 0; n < all; n++) {
        // One in four says what the version before it said.
        const said = (n + version) % 4 === 0 ? version - 1 : version
        const content = textOf(Math.max(0, said) * 7 + n)
        const vector = WIDTH === 0 ? {} : { vector: vectorOf(Math.max(0, said) * 7 + n) }
        yield `${JSON.stringify({ ...name(n), op: 'modify', content, ...vector })}\n`
      }
    }
    for (let n = paths; n < all; n++) yield `${JSON.stringify({ ...name(n), op: 'delete' })}\n`
  }
  await pipeline(Readable.from(records()), createWriteStream(path))
  return path
}

/** Versions of texts, a path after the other, now and then renamed. */
async function writeHistory(path: string): Promise<string> {
  function* records() {
    for (let version = 0; version < VERSIONS; version++) {
      for (let n = 0; n < PATHS; n++) {
        const content = textOf(version * 7 + n)
        const name = { repo: 'bench', path: `pkg/d${n % 50}/f${n}.go`, timestamp: '2026-01-01T00:00:00Z' }
        const metadata = { commit: `c${version}` }
        if (version > 3 && (n + version) % 97 === 0)
          yield `${JSON.stringify({ ...name, op: 'rename', new_path: `pkg/moved/f${n}.go`, metadata })}\n`
        else yield `${JSON.stringify({ ...name, op: version === 0 ? 'add' : 'modify', content, metadata })}\n`
      }
    }
  }
  await pipeline(Readable.from(records()), createWriteStream(path))
  return path
}
