// Files of earlier formats, as the versions before wrote them.
import { readFileSync } from 'node:fs'
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
