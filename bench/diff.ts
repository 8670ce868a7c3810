/**
 * `node bench/diff.ts`: comparisons beside their floors, as JSON lines. `--only embedded,server` of these; `server` needs
 * ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT].
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openWeaviate } from '../lib/store/weaviate/store.ts'
import type { Address } from '../test/double/dialogue/ask.ts'
import { realServer } from '../test/double/real.ts'
import { backUp } from './archive/command.ts'
import { archiveClass, fill, makeStore, type Shape } from './archive/objects.ts'
import type { Load } from './archive/serverLoads.ts'
import { COMMAND, homeIn } from './ingest/embedded.ts'
import { compare, type Figures, figuresOf, inTurns, round, run, say } from './measure.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'embedded,server' },
    rounds: { type: 'string', default: '3' },
    many: { type: 'string', default: '1000000' },
    count: { type: 'string', default: '50000' },
    index: { type: 'string', default: 'flat' },
  },
})
const LOOP = fileURLToPath(new URL('archive/loops.ts', import.meta.url))
const LOADS = fileURLToPath(new URL('archive/serverLoads.ts', import.meta.url))
const NAME = 'BnFull'
const WORKERS = 2

const rounds = Number(values.rounds)
const home = mkdtempSync(join(tmpdir(), 'elysiactl-diff-'))

/** Runs `diff` on two sides that are equal; its rate is over all it does once it is connected. */
async function diff(a: string, b: string): Promise<Figures> {
  const words = [...COMMAND, 'diff', a, b, '--no-schema', '--json', '--quiet']
  const { output } = await run(words, homeIn(home))
  const report = JSON.parse(output) as { rate: number; peak_rss_bytes: number; is_equal: boolean }
  if (!report.is_equal) throw new Error(`${a} and ${b} differ`)
  return report
}

/** Two equal embedded stores beside reading both, one after the other, and forgetting what was read. */
async function embedded(shape: Shape): Promise<void> {
  const [one, other] = [join(home, 'one.db'), join(home, 'other.db')]
  await makeStore(one, NAME, shape)
  await makeStore(other, NAME, shape)
  const taken = await inTurns(rounds, {
    read: () => figuresOf([LOOP, 'read', NAME, one, other]),
    diff: () => diff(`sqlite:${one}#${NAME}`, `sqlite:${other}#${NAME}`),
  })
  compare('diff of two equal embedded stores / reading both once', 0.7, taken.read, taken.diff)
}

/** An archive against the server that it was made of, beside the slower of the two raw reads. */
async function server({ http, grpc }: Address, shape: Shape): Promise<void> {
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const target = `${http}?grpc=${grpc}`
  const archive = join(home, 'archive')
  try {
    await store.drop(NAME)
    await store.create(archiveClass(NAME, values.index))
    await fill(store.collection(NAME), shape)
    await backUp(NAME, target, archive, home, '--compression', 'zstd')
    const parts = readdirSync(join(archive, 'parts')).map((part) => join(archive, 'parts', part))
    const load: Load = { http, grpc, class: NAME, workers: WORKERS, shape }
    const taken = await inTurns(rounds, {
      scan: () => figuresOf([LOADS, 'scan', JSON.stringify(load)]),
      unpack: () => figuresOf([LOOP, 'unpack', ...parts]),
      diff: () => diff(`${target}#${NAME}`, archive),
    })
    const slower = taken.scan.map((scan, at) =>
      scan.rate < taken.unpack[at]!.rate ? scan : taken.unpack[at]!,
    )
    compare('diff of an archive and a server / the slower of the raw reads', 0.85, slower, taken.diff)
  } finally {
    await store.drop(NAME)
    await store.close()
  }
}

try {
  const address = realServer()
  for (const name of values.only.split(',')) {
    say(name, { load_average: round(loadavg()[0]!, 1) })
    if (name === 'embedded') await embedded({ count: Number(values.many), width: 32, textLength: 300 })
    else if (address === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
    else await server(address, { count: Number(values.count), width: 384, textLength: 700 })
  }
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}
