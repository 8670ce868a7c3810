/**
 * `node bench/coalesce.ts [--rounds N] [--file HISTORY.jsonl] [--target ADDRESS]`: an ingest that leaves out what later records
 * replace, beside the same one that writes all (`--coalesce off`), which is the floor. Into the embedded store, or a server. Without
 * a file, of a history that is made: 22 versions of each of a thousand paths, in texts of 13 KB. And of a file in which each path
 * stands once, where there is nothing to leave out.
 */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { COMMAND, homeIn } from './embedded.ts'
import { compare, type Figures, figuresOf, inTurns, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, file: { type: 'string' }, target: { type: 'string' } },
})
const ROUNDS = Number(values.rounds)
const PATHS = 1000
const VERSIONS = 22
const ONCE = 200_000
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
let taken = 0

try {
  const history = values.file ?? (await writeHistory(join(home, 'history.jsonl')))
  const bound = values.target === undefined ? 5 : 10
  await benchFile('a history, what decides / all of it', history, bound)
  const once = join(home, 'once.jsonl')
  await writeRecords(once, ONCE)
  await benchFile('each path once, --coalesce auto / off', once, 0.95)
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
  ]
  return figuresOf([...COMMAND, ...words, '--json', '--quiet'], homeIn(place))
}

/** Versions of texts, a path after the other, now and then renamed. */
async function writeHistory(path: string): Promise<string> {
  const line = (n: number) =>
    `\tif err := step${n % 97}(ctx, "${n}"); err != nil {\n\t\treturn fmt.Errorf("step: %w", err)\n\t}\n`
  function* records() {
    for (let version = 0; version < VERSIONS; version++) {
      for (let n = 0; n < PATHS; n++) {
        const content = Array.from({ length: 130 }, (_, at) => line(version * 7 + n + at)).join('')
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
