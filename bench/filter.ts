/**
 * `node bench/filter.ts`: a filter of five terms that is evaluated here, beside the same scan of an embedded store without
 * one, as JSON lines. Rates are those of processor time.
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
const LOOP = fileURLToPath(new URL('filter/loop.ts', import.meta.url))
const NAME = 'BnFiltered'

/** Each object passes all of its terms, so that none is left out of the work. */
const FILTER =
  "size >= 0 AND title LIKE 'title %' AND language IN ('text', 'code', 'none') AND body <> 'x' AND (draft OR NOT draft)"

const home = mkdtempSync(join(tmpdir(), 'elysiactl-filter-'))
try {
  const store = join(home, 'store.db')
  for (const [kind, width] of [
    ['without vectors', 0],
    ['with vectors of 384', 384],
  ] as const) {
    await makeStore(store, NAME, { count: Number(values.count), width, textLength: 300 })
    const taken = await inTurns(Number(values.rounds), {
      scan: () => figuresOf([LOOP, store, NAME]),
      filtered: () => figuresOf([LOOP, store, NAME, FILTER]),
    })
    compare(`scan with a filter of five terms / without, objects ${kind}`, 0.95, taken.scan, taken.filtered)
  }
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}
