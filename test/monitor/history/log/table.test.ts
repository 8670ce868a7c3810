// Logs in the history: kept of many runs, but not of all for ever, and in nobody's way.
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../../../lib/database/connection.ts'
import { History } from '../../../../lib/monitor/history/history.ts'
import type { LogLine } from '../../../../lib/monitor/history/log/line.ts'
import { entry, running } from '../entries.ts'

const said = (text: string): LogLine[] => [{ at: '2026-11-20T03:00:01.000Z', level: 'warning', text }]

t.test('a log is found with its try as it was, and goes with its run', async (t) => {
  const history = new History(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  t.strictSame(history.logs('one'), [], 'a history without logs')
  history.put(entry(), said('\u202e<b>first</b>'))
  const often = [{ ...said('second')[0]!, times: 3, since: '2026-11-20T03:00:00.500Z' }]
  history.put(entry({ attempt: 2 }), often)
  history.put(entry({ id: 'mute' }))
  t.strictSame(history.logs('one'), [
    { attempt: 1, lines: said('\u202e<b>first</b>') },
    { attempt: 2, lines: often },
  ])
  t.strictSame(history.logs('mute'), [])
  history.put(entry({ attempt: 2 }))
  t.strictSame(history.logs('one')[1]!.lines, often, 'no log leaves it alone')
  history.prune({ runs: 0 })
  t.strictSame(history.logs('one'), [], 'it goes with the run')
})

t.test('of runs that ended well a thousand or so keep theirs, and as many that did not', async (t) => {
  const path = join(t.testdir(), 'history.db')
  const history = new History(path)
  t.teardown(() => history.close())
  history.put(running({ id: 'bad' }), said('about to fail'))
  history.put(entry({ id: 'bad', status: 'failed' }), said('failed'))
  history.put(entry({ id: 'old' }), said('well'))
  history.put(entry({ id: 'large' }), said('well'))
  const database = openDatabase(path)
  t.teardown(() => database.close())
  const put20 = (text: string) => {
    for (let run = 0; run < 20; run += 1) history.put(entry({ id: text + run }), said(text))
  }
  // As a thousand runs would have left them; the rows of `runs` are none of their business here.
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 10997)
    INSERT INTO logs SELECT i, 1, 2, '[]' FROM n`)
  database.exec(`UPDATE sqlite_sequence SET seq = 11000`)
  t.equal(history.logs('old').length, 1)
  put20('a')
  t.strictSame(history.logs('old'), [])
  t.equal(history.logs('bad').length, 1, 'however many good ones came after it')
  database.exec(`UPDATE logs SET bytes = 16000000 WHERE number = (SELECT number FROM runs WHERE id = 'a5')`)
  put20('b')
  t.strictSame(history.logs('a5'), [], 'nor more than 16 MB of all')
  t.equal(history.logs('a6').length, 1)
})
