/**
 * `node bench/scripts.ts`: a script, beside the same scan of an embedded store with the same change made by hand, as JSON lines. Rates are those of processor time, of all threads together.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeStore } from './archive/objects.ts'
import { compare, figuresOf, inTurns, round, say } from './measure.ts'
import { SCRIPT } from './transform/scriptLoop.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, count: { type: 'string', default: '100000' } },
})
const LOOP = fileURLToPath(new URL('transform/scriptLoop.ts', import.meta.url))
const NAME = 'BnScript'

const home = mkdtempSync(join(tmpdir(), 'elysiactl-scripts-'))
try {
  const store = join(home, 'store.db')
  const script = join(home, 'script.mjs')
  writeFileSync(script, SCRIPT)
  for (const [kind, width] of [
    ['without vectors', 0],
    ['with vectors of 384', 384],
  ] as const) {
    await makeStore(store, NAME, { count: Number(values.count), width, textLength: 700 })
    const taken = await inTurns(Number(values.rounds), {
      byHand: () => figuresOf([LOOP, store, NAME]),
      script: () => figuresOf([LOOP, store, NAME, script]),
    })
    compare(`a script / by hand, objects ${kind}`, 0.5, taken.byHand, taken.script)
  }
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}
