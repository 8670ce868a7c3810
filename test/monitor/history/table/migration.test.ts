// Files of earlier formats, as the versions before wrote them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../../../../lib/database/connection.ts'
import { openHistory } from '../../../../lib/monitor/history/history.ts'
import { HISTORY_FORMAT } from '../../../../lib/monitor/history/table/tables.ts'
import { entry } from '../entries.ts'

function earlier(t: Test, name: string): string {
  const path = join(t.testdir(), 'history.db')
  const database = connect(path)
  database.exec(
    readFileSync(new URL(`../../../../fixtures/history/${name}.sql`, import.meta.url).pathname, 'utf8'),
  )
  database.close()
  return path
}

for (const name of ['format-1-texts', 'format-1']) {
  t.test(
    `a file of ${name} is brought up to date, and keeps its runs, sums and last good runs`,
    async (t) => {
      const path = earlier(t, name)
      const history = openHistory(path, { onEvent: ({ type }) => t.fail(type) })
      t.teardown(() => history.close())
      t.strictSame(
        history.list().map(({ id, started_at }) => [id, started_at]),
        ['p2', 'p1', 'p0', 'four', 'three', 'two'].map((id, index) => [
          id,
          `2026-11-0${7 - index}T03:00:00.123Z`,
        ]),
      )
      const two = entry({
        id: 'two',
        started_at: '2026-11-02T03:00:00.123Z',
        updated_at: '2026-11-02T03:01:00.123Z',
        ended_at: '2026-11-02T03:01:00.123Z',
      })
      t.strictSame(history.find('two'), [two])
      t.match(
        history.figures().find(({ collection }) => collection === 'Article'),
        {
          ended: [
            { status: 'done', runs: 2 },
            { status: 'failed', runs: 1 },
          ],
          sums: { seconds: 180, records: 1800, bytes_in: 18_000 },
        },
        'a run that was pruned is in the sums',
      )
      t.strictSame(
        history
          .lastSuccesses()
          .map(({ id }) => id)
          .sort(),
        ['four', 'p2', 'two'],
      )
      t.strictSame(history.list({ target: '/backups' }).length, 1)
      history.put(entry({ id: 'new', started_at: '2026-11-08T03:00:00.000Z' }))
      const [old] = history
        .subjects('2026-11-05T00:00:00.000Z', 2)
        .filter(({ collection }) => collection === 'Old')
      t.match(old, { counts: { done: 3 }, last: { id: 'p2' } })
      t.equal(old!.points.at(-1)!.id, 'p2', 'of many points the last is kept')
      history.close()
      const database = connect(path)
      t.equal(database.pragma('user_version', { simple: true }), HISTORY_FORMAT)
      t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
      database.close()
    },
  )
}

t.test('a file of format 3 learns when each last good run ended', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const before = openHistory(path)
  before.put(entry())
  before.put(entry({ id: 'never', collection: 'Other', status: 'failed' }))
  const successes = before.successes()
  before.close()
  t.strictSame(
    successes.map(({ succeededMs }) => succeededMs),
    [Date.parse(entry().ended_at!), null],
  )
  const database = connect(path)
  database.exec('ALTER TABLE successes DROP COLUMN ended_at; PRAGMA user_version = 3')
  database.close()
  const history = openHistory(path, { onEvent: ({ type }) => t.fail(type) })
  t.teardown(() => history.close())
  t.strictSame(history.successes(), successes)
  history.put(
    entry({ id: 'later', started_at: '2026-11-21T03:00:00.000Z', ended_at: '2026-11-21T03:09:00.000Z' }),
  )
  t.equal(history.successes()[0]!.succeededMs, Date.parse('2026-11-21T03:09:00.000Z'))
})

/** A file of format 1 with some thousand runs. */
function large(t: Test): string {
  const path = earlier(t, 'format-1')
  const database = connect(path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 4099)
    INSERT INTO runs SELECT i, 'run-' || i, attempt, kind, "trigger", collection, target, status, code, exit_code,
      started_at + i, updated_at, ended_at, seconds, records, rejected, bytes_in, bytes_out, rate, retries, archive,
      owner, progress, details FROM n, runs WHERE number = 2`)
  database.close()
  return path
}

t.test('a file that is brought up to date gives back what the old tables took', async (t) => {
  const path = large(t)
  const before = statSync(path).size
  const history = openHistory(path)
  t.equal(history.list().length, 4006)
  history.close()
  const database = connect(path)
  t.equal(database.pragma('freelist_count', { simple: true }), 0)
  database.close()
  t.ok(statSync(path).size < before * 1.05, `${statSync(path).size} of ${before}`)
})

t.test('eight processes that bring a file up to date at once lose nothing', async (t) => {
  const path = large(t)
  const library = new URL('../../../../lib/monitor/history/history.ts', import.meta.url).href
  const program = (index: number) => `
    const { openHistory } = await import('${library}')
    const begun = performance.now()
    const put = () => {
      const history = openHistory('${path}', { onEvent: ({ type }) => { throw new Error(type) } })
      try {
        history.put({ ...${JSON.stringify(entry())}, id: 'new-${index}' })
      } finally {
        history.close()
      }
    }
    for (;;) {
      try {
        put()
        break
      } catch (error) {
        if (error.code !== 'ELYSIA_LOCKED' || performance.now() - begun > 60_000) throw error
      }
    }`
  const children = Array.from({ length: 8 }, (_, index) =>
    spawn(process.execPath, ['--input-type=module', '--eval', program(index)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0]))
  t.strictSame(codes, Array(8).fill(0))
  const history = openHistory(path, { onEvent: ({ type }) => t.fail(type) })
  t.teardown(() => history.close())
  t.equal(history.list().length, 4006 + 8)
  const database = connect(path)
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
  const [free, all] = ['freelist_count', 'page_count'].map((name) => database.pragma(name, { simple: true }))
  database.close()
  t.ok(Number(free) < Number(all) / 10, `${free} of ${all} pages are free`)
})

t.test('a file that a newer version has brought up meanwhile is not taken for a damaged one', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const history = openHistory(path, { onEvent: ({ type }) => t.fail(type) })
  t.teardown(() => history.close())
  history.put(entry())
  const newer = connect(path)
  newer.exec(`ALTER TABLE runs RENAME TO runs_2; PRAGMA user_version = ${HISTORY_FORMAT + 1}`)
  newer.close()
  t.throws(() => history.list(), { code: 'ELYSIA_CONFLICT', message: /a newer elysiactl/ })
})
