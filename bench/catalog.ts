/**
 * `node bench/catalog.ts`: the catalog at 10 000 archives, each query beside the same rows asked of SQLite alone, and
 * `col catalog list` as a process beside bare Node. Needs `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { Catalog } from '../lib/catalog/catalog.ts'
import { type ArchiveFilter, queryOf } from '../lib/catalog/database/query.ts'
import { retentionOptions } from '../lib/catalog/retention/options.ts'
import { policyOf } from '../lib/catalog/retention/policy.ts'
import { parsePeriod } from '../lib/core/duration.ts'
import { planCleanup } from '../lib/job/cleanup/cleanup.ts'
import { resolveInput } from '../lib/options/options.ts'
import { fillCatalog } from './catalog/fill.ts'
import { inTurns, quantile, round, run, say } from './measure.ts'

const COMMAND = fileURLToPath(new URL('../bin/elysiactl.js', import.meta.url))
const ARCHIVES = 10_000
const ROUNDS = 31

const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
const file = join(home, 'elysiactl', 'catalog.db')

try {
  const catalog = new Catalog(file)
  const seconds = fillCatalog(catalog, ARCHIVES)
  say('fill the catalog', { archives: ARCHIVES, per_second: round(ARCHIVES / seconds, 0) })
  await benchQueries(catalog)
  await benchPlans(catalog)
  catalog.close()
  await benchCommand()
} finally {
  rmSync(home, { recursive: true })
}

async function benchQueries(catalog: Catalog): Promise<void> {
  const floor = new Database(file, { readonly: true })
  const filters: Readonly<Record<string, ArchiveFilter>> = {
    'newest 100': { limit: 100 },
    'a collection, 100': { collection: 'Class7', limit: 100 },
    'a month': { since: '2026-03-01', until: '2026-04-01', limit: 100 },
    'a tag': { tags: ['gold'], limit: 100 },
    'failed ones': { status: ['failed'], limit: 100 },
    'objects>9900 and bytes<1GiB': { where: ['objects>9900', 'bytes<1GiB'], limit: 100 },
    'by size, 100': { sort: 'bytes:desc', limit: 100 },
  }
  for (const [what, filter] of Object.entries(filters)) {
    const { sql, values } = queryOf(filter, Date.now())
    const statement = floor.prepare(`SELECT * FROM archives ${sql}`)
    const rows = statement.all(...values).length
    const taken = await medians(ROUNDS, {
      floor: async () => timed(() => statement.all(...values)),
      ours: async () => timed(() => catalog.list(filter)),
      count: async () => timed(() => catalog.count(filter)),
    })
    tell(`list: ${what}`, { rows, ...taken })
  }
  const [id = ''] = catalog.idsBeginning('', 1)
  const one = floor.prepare('SELECT * FROM archives WHERE id = ?')
  const taken = await medians(ROUNDS, {
    floor: async () => timed(() => one.get(id)),
    ours: async () => timed(() => catalog.get(id)),
    prefix: async () => timed(() => catalog.get(id.slice(0, -1))),
  })
  tell('show', taken)
  floor.close()
}

async function benchPlans(catalog: Catalog): Promise<void> {
  const floor = new Database(file, { readonly: true })
  const columns = 'id, started, updated, status, cluster, collection, tenants, tags, pinned, damaged, parent'
  const all = floor
    .prepare(`SELECT ${columns} FROM archives WHERE status <> 'deleted' ORDER BY started DESC`)
    .raw()
  const policies = {
    'older-than 30d': { olderThan: '30d' },
    'keep-daily 7, -weekly 5, -monthly 12': { keepDaily: '7', keepWeekly: '5', keepMonthly: '12' },
  }
  for (const [what, rules] of Object.entries(policies)) {
    const policy = policyOf(resolveInput(retentionOptions, rules))
    const cleanup = { filter: {}, policy, history: parsePeriod('1y', 'history') }
    const taken = await medians(ROUNDS, {
      floor: async () => timed(() => all.all()),
      ours: async () => timed(() => planCleanup(catalog, cleanup)),
    })
    say(`plan: ${what}`, { floor_ms: round(taken.floor), ours_ms: round(taken.ours) })
  }
  floor.close()
}

async function benchCommand(): Promise<void> {
  const env = { XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  const list = ['col', 'catalog', 'list']
  const seconds = await medians(15, {
    node: async () => (await run(['-e', '0'])).seconds,
    sqlite: async () =>
      (await run(['-e', `new (require('better-sqlite3'))(${JSON.stringify(file)})`])).seconds,
    version: async () => (await run([COMMAND, '--version'])).seconds,
    list: async () => (await run([COMMAND, ...list], env)).seconds,
    json: async () => (await run([COMMAND, ...list, '--json'], env)).seconds,
  })
  say('col catalog list, the process - node -e 0', {
    ...Object.fromEntries(Object.entries(seconds).map(([name, one]) => [`${name}_ms`, round(one * 1000, 0)])),
    over_ms: round((seconds.list - seconds.node) * 1000, 0),
    at_most: 100,
  })
}

/** The median of what each case took. */
async function medians<K extends string>(
  rounds: number,
  cases: Readonly<Record<K, () => Promise<number>>>,
): Promise<Record<K, number>> {
  const taken = Object.entries<number[]>(await inTurns(rounds, cases))
  return Object.fromEntries(taken.map(([name, all]) => [name, quantile(all, 0.5)])) as Record<K, number>
}

function timed(work: () => unknown): number {
  const startedMs = performance.now()
  work()
  return performance.now() - startedMs
}

function tell(what: string, figures: Readonly<Record<string, number>>): void {
  const { rows, ...taken } = figures
  const shown = Object.entries(taken).map(([name, ms]) => [`${name}_ms`, round(ms)])
  say(what, { ...(rows !== undefined && { rows }), ...Object.fromEntries(shown), at_most: 10 })
}
