// The acceptance case 9: records of one path take effect in their order, whatever is in flight.
import { Readable } from 'node:stream'
import t from 'tap'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { home } from '../../bin/elysiactl.ts'
import { weaviateDouble } from '../../double/double.ts'
import { drawing } from '../../job/ingest/killing.ts'
import { runs } from '../../runs.ts'
import { change, contents, lines, processed } from '../command.ts'

const EIGHT = ['--workers', '8', '--batch-size', '1']

t.test(
  'case 9: add, delete, add leaves the last content, modify, delete nothing, with eight workers',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    double.faults.inject({ fault: 'delay', ms: [0, 20] })
    const place = home(t)
    const input = lines(
      change('add', 'stays', { content: 'first' }),
      change('modify', 'goes', { content: 'first' }),
      change('delete', 'stays'),
      change('delete', 'goes'),
      change('add', 'stays', { content: 'last' }),
    )
    for (const flags of [EIGHT, [...EIGHT, '--target', double.target]]) {
      t.equal((await processed(place, input, flags)).code, 0)
      t.strictSame(await contents(place, flags.slice(EIGHT.length)), { 'A:stays': 'last' })
    }
    t.ok(double.calls.mostAtOnce > 1, 'calls were open at the same time')
  },
)

const RUNS = runs(30)
const PATHS = ['a', 'b', 'c']

/** Twelve records of three paths, and the content that each path has in the end. */
function history(draw: () => number): { input: string; end: Record<string, string> } {
  const end: Record<string, string> = {}
  const records = Array.from({ length: 12 }, (_, n) => {
    const path = PATHS[Math.floor(draw() * PATHS.length)]!
    if (draw() < 0.4) {
      delete end[path]
      return change('delete', path)
    }
    end[path] = `content ${n}`
    return change(draw() < 0.5 ? 'add' : 'modify', path, { content: end[path] })
  })
  return { input: lines(...records), end }
}

t.test('case 9: so do random histories, in a server whose answers overtake one another', async (t) => {
  const seed = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 1_000_000)
  t.comment(`seed ${seed}`)
  const draw = drawing(seed)
  const double = await weaviateDouble({ seed })
  t.teardown(() => double.stop())
  double.faults.inject({ fault: 'delay', ms: [0, 4] })
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  for (let round = 1; round <= RUNS; round++) {
    const { input, end } = history(draw)
    const options = { collection: 'source-code', workers: 8, batchSize: 1 + (round % 3) }
    await ingest(Readable.from([Buffer.from(input)]), store, options)
    const found = double
      .objects('SourceCode')
      .map(({ properties }) => [properties.file_path, properties.content])
    t.strictSame(Object.fromEntries(found), end, `round ${round}`)
    await store.drop('SourceCode')
  }
})
