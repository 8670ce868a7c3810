/**
 * `node bench/transforms.ts`: a scan of an embedded store with three transforms, beside a loop over the same scan that does the same by
 * hand, as JSON lines. Rates are those of processor time.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeStore } from './archive/objects.ts'
import { compare, figuresOf, inTurns, round, say } from './measure.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, count: { type: 'string', default: '200000' } },
})
const LOOP = fileURLToPath(new URL('transform/loop.ts', import.meta.url))
const NAME = 'BnTransformed'

const home = mkdtempSync(join(tmpdir(), 'elysiactl-transforms-'))
try {
  const store = join(home, 'store.db')
  for (const [kind, width] of [
    ['without vectors', 0],
    ['with vectors of 384', 384],
  ] as const) {
    await makeStore(store, NAME, { count: Number(values.count), width, textLength: 300 })
    const taken = await inTurns(Number(values.rounds), {
      hand: () => figuresOf([LOOP, store, NAME, 'hand']),
      stages: () => figuresOf([LOOP, store, NAME, 'stages']),
    })
    compare(`scan with map, set and drop / the same by hand, objects ${kind}`, 0.7, taken.hand, taken.stages)
  }
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}
