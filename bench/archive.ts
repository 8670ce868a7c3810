/**
 * `node bench/archive.ts`: archives beside their floors, as JSON lines.
 * `--only embedded,verify,sizes,memory,server,writes,strategies,chains,increments` of these; `server`, `writes`, `strategies` and `increments` need ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT].
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { realServer } from '../test/double/real.ts'
import { benchChainRestore, benchIncrements } from './archive/chains.ts'
import { benchArchiveEmbedded, benchArchiveVerify } from './archive/embedded.ts'
import { benchArchiveMemory } from './archive/memory.ts'
import { benchArchiveServer } from './archive/server.ts'
import { benchArchiveSizes } from './archive/sizes.ts'
import { benchArchiveStrategies } from './archive/strategies.ts'
import { benchArchiveWrites } from './archive/writes.ts'
import { round, say } from './measure.ts'

const { values } = parseArgs({
  options: {
    only: {
      type: 'string',
      default: 'embedded,verify,sizes,memory,server,writes,strategies,chains,increments',
    },
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '20000' },
    sized: { type: 'string', default: '100000' },
    many: { type: 'string', default: '1000000' },
    width: { type: 'string', default: '384' },
    index: { type: 'string', default: 'hnsw' },
    text: { type: 'string', default: '700' },
    sources: { type: 'string', default: fileURLToPath(new URL('../node_modules', import.meta.url)) },
  },
})
const rounds = Number(values.rounds)
const shape = { count: Number(values.count), width: Number(values.width), textLength: Number(values.text) }
const sized = { ...shape, count: Number(values.sized) }
const home = mkdtempSync(join(tmpdir(), 'elysiactl-archives-'))
const server = realServer()

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  embedded: () => benchArchiveEmbedded(home, rounds, shape),
  verify: () => benchArchiveVerify(home, rounds, sized),
  sizes: () => benchArchiveSizes(home, sized, values.sources),
  memory: () => benchArchiveMemory(home, { count: Number(values.many), width: 32, textLength: 300 }),
  server: async () => {
    if (server === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
    else await benchArchiveServer(server, home, rounds, shape, values.index)
  },
  writes: async () => {
    if (server === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
    else await benchArchiveWrites(server, home, rounds, shape, values.index)
  },
  strategies: async () => {
    if (server === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
    else await benchArchiveStrategies(server, home, rounds, shape, values.index)
  },
  chains: () => benchChainRestore(home, rounds, sized),
  increments: async () => {
    if (server === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
    else await benchIncrements(server, home, rounds, sized, values.index)
  },
}

try {
  for (const name of values.only.split(',')) {
    say(name, { ...shape, load_average: round(loadavg()[0]!, 1) })
    await BENCHES[name]!()
  }
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}
