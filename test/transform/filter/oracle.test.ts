import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parquet } from '../../../lib/archive/format/parquet/format.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { filterOf } from '../../../lib/transform/filter/filter.ts'
import { encoded } from '../../contract/format.ts'
import { DOC, objects, sqlConditions } from './conditions.ts'

const run = promisify(execFile)
const python = process.env.ELYSIACTL_TEST_PYTHON ?? 'python3'
const found = spawnSync(python, ['-c', 'import duckdb']).status === 0
const SEED = 11

/** The ids that each text selects as the WHERE of DuckDB. */
const SCRIPT = `
import duckdb, json, sys
duckdb.sql("SET TimeZone = 'UTC'")
texts = json.load(open("texts.json"))
ids = lambda text: [id for (id,) in duckdb.sql(f"SELECT id FROM 'docs.parquet' WHERE {text} ORDER BY id").fetchall()]
json.dump([ids(text) for text in texts], sys.stdout)`

t.test(
  'the same text selects the same objects as the WHERE of DuckDB over our Parquet',
  { skip: found ? false : `${python} has no duckdb (ELYSIACTL_TEST_PYTHON)` },
  async (t) => {
    const all = distinct(fc.sample(objects, { numRuns: 200, seed: SEED }))
    const texts = fc.sample(sqlConditions, { numRuns: 400, seed: SEED }).map(({ text }) => text)
    const directory = t.testdir({ 'texts.json': JSON.stringify(texts) })
    const content = { schema: DOC, vectors: 'base64' } as const
    writeFileSync(join(directory, 'docs.parquet'), await encoded(parquet, [all], content))
    const { stdout } = await run(python, ['-c', SCRIPT], { cwd: directory, maxBuffer: 1e8 })
    const theirs = JSON.parse(stdout) as string[][]
    let selected = 0
    for (const [at, text] of texts.entries()) {
      const ours = all.filter(filterOf(text, DOC).selects).map(({ id }) => id)
      if (JSON.stringify(ours) !== JSON.stringify(theirs[at])) t.strictSame(ours, theirs[at], text)
      selected += ours.length
    }
    t.ok(selected > 1000, `${selected} objects selected by ${texts.length} conditions`)
  },
)

function distinct(all: readonly StoredObject[]): StoredObject[] {
  const byId = new Map(all.map((object) => [object.id, object]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
