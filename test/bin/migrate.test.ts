// What the history has of a migration: the copy, going back, and what could not be done.
import t from 'tap'
import { adds, home } from './elysiactl.ts'

t.test('going back is a run of the alias, whether it was done or could not begin', async (t) => {
  const { run } = home(t, { 'changes.jsonl': adds(3) })
  await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Thing'])
  const migrate = async (...words: string[]) => (await run(['col', 'migrate', ...words])).code
  t.equal(await migrate('Thing', '--alias', 'Live', '--drop', 'line_count'), 0)
  t.equal(await migrate('Live', '--drop', 'extension', '--undo'), 2)
  t.equal(await migrate('Live', '--undo'), 0)
  const report = JSON.parse((await run(['report', '--json'])).stdout)
  t.notOk(report.uncovered.includes('Live'), 'nothing is expected of an alias')
  t.notMatch(JSON.stringify(report.needs_a_hand), /migrate of/, 'what was done last has ended the failure')
  t.equal(await migrate('Live', '--drop-old'), 5, 'nothing is left to drop')
  const { runs } = JSON.parse((await run(['runs', 'list', '--json'])).stdout)
  const rows = runs.map(({ kind, collection, status }: Record<string, string>) => [kind, collection, status])
  t.strictSame(rows.slice(0, 4), [
    ['migrate', 'Live', 'failed'],
    ['migrate', 'Live', 'done'],
    ['migrate', 'Live', 'failed'],
    ['copy', 'Live_v1', 'done'],
  ])
})
