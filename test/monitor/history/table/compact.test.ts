// What was trimmed gives its space back, and keeps nobody waiting.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../../../../lib/database/connection.ts'
import { type History, openHistory } from '../../../../lib/monitor/history/history.ts'
import { entry, running } from '../entries.ts'

const RUNS = 300

/** A history of which almost everything is free. */
function trimmed(t: Test, path = join(t.testdir(), 'history.db')): { history: History; path: string } {
  const history = openHistory(path, { onEvent: ({ type }) => t.fail(type) })
  t.teardown(() => history.close())
  for (let second = 0; second < RUNS; second++) {
    const started_at = new Date(Date.UTC(2026, 10, 20, 3, 0, second)).toISOString()
    history.put(entry({ id: `${second}`, started_at, command: ['x'.repeat(4000)], status: 'failed' }))
  }
  for (let more = 1; more > 0; more = history.prune({ runs: 10 }));
  return { history, path }
}

/** Makes a file like those from before space was given back in steps. */
function unstepped(path: string): void {
  const file = connect(path)
  file.pragma('auto_vacuum = NONE')
  file.exec('VACUUM')
  file.close()
}

t.test('trimmed runs give their space back, also while a run is open', async (t) => {
  const { history, path } = trimmed(t)
  history.put(running({ id: 'now', started_at: '2026-11-21T03:00:00.000Z' }))
  const { bytes, keptBytes, why } = await history.compact()
  t.ok(bytes > 1_000_000, `${bytes}`)
  t.strictSame([keptBytes, why], [0, undefined])
  t.ok(statSync(path).size < 300_000, `${statSync(path).size}`)
  t.equal(history.list().length, 11)
  const file = connect(path)
  t.teardown(() => file.close())
  t.equal(file.pragma('integrity_check', { simple: true }), 'ok')
  t.strictSame(await history.compact(), { bytes: 0, keptBytes: 0 }, 'then there is nothing left')
})

t.test('between two steps another process writes', async (t) => {
  const { history, path } = trimmed(t)
  const other = openHistory(path)
  t.teardown(() => other.close())
  const given = history.compact()
  let [isGiven, written] = [false, 0]
  const ended = given.then(() => {
    isGiven = true
  })
  for (; !isGiven; written += 1) {
    other.put(entry({ id: `meanwhile-${written}` }))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await ended
  t.ok(written > 0)
  t.equal((await given).why, undefined)
  t.equal(history.list().length, 10 + written)
})

t.test('another process that keeps writing keeps the space, which is said', async (t) => {
  const { history, path } = trimmed(t)
  const other = connect(path)
  t.teardown(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const { bytes, keptBytes, why } = await history.compact()
  t.equal(bytes, 0)
  t.ok(keptBytes > 1_000_000, `${keptBytes}`)
  t.match(why, /another process is writing/)
})

t.test('an older file is rewritten, and then gives back in steps; not while a run is open', async (t) => {
  const { history: first, path } = trimmed(t)
  await first.compact()
  first.close()
  unstepped(path)
  const { history } = trimmed(t, path)
  history.put(running({ id: 'now', started_at: '2026-11-21T03:00:00.000Z' }))
  t.match(await history.compact(), { bytes: 0, why: /a run is open/ })
  history.put(entry({ id: 'now', started_at: '2026-11-21T03:00:00.000Z' }))
  t.match(await history.compact(), { keptBytes: 0, why: undefined })
  t.ok(statSync(path).size < 300_000, `${statSync(path).size}`)
  const file = connect(path)
  t.teardown(() => file.close())
  t.equal(file.pragma('auto_vacuum', { simple: true }), 2)
})
