import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { drawing, objectsOf, plainState, runKilled, writeChanges } from './killing.ts'

const LINES = 3000
/** At most, for each way in; `npm run torture` kills as often as it is told to. */
const KILLS = 3
const home = t.testdir()
const input = join(home, 'changes.jsonl')
await writeChanges(input, LINES, 7)
const expected = await plainState(input)

for (const piped of [false, true]) {
  const how = piped ? 'through a pipe' : 'from a file'
  t.test(
    `killed at random moments and given again ${how}, the run ends right in the embedded store`,
    async (t) => {
      const place = t.testdir()
      const file = join(place, 'store.db')
      const rejects = join(place, 'rejects.jsonl')
      const args = [
        '--collection',
        'source-code',
        '--target',
        `sqlite:${file}`,
        '--rejects',
        rejects,
        '--batch-size',
        '50',
      ]
      const { killed, code, report } = await runKilled(
        { input, home: place, arguments: args, piped },
        KILLS,
        drawing(11),
        150,
      )
      t.ok(killed > 0, `killed ${killed} times`)
      t.equal(code, 3)
      t.equal(report?.lines, LINES)
      t.equal(report?.records, LINES - report!.blank)
      const store = await openSqlite(file)
      t.strictSame(await objectsOf(store), expected)
      await store.close()
      const lines = readFileSync(rejects, 'utf8').trimEnd().split('\n')
      const numbers = lines.map((line) => (JSON.parse(line) as { line: number }).line)
      t.strictSame(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
        'each reject once, in order of line',
      )
      t.equal(
        numbers.length,
        Object.values(report!.rejected).reduce((a, b) => a + b, 0),
      )
    },
  )
}

t.test('killed at random moments and given again, the run ends right in a Weaviate server', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const args = [
    '--collection',
    'source-code',
    '--target',
    double.target,
    '--batch-size',
    '50',
    '--workers',
    '3',
  ]
  const { killed, code, report } = await runKilled(
    { input, home: t.testdir(), arguments: args },
    KILLS,
    drawing(5),
    300,
  )
  t.ok(killed > 0, `killed ${killed} times`)
  t.equal(code, 3)
  t.equal(report?.lines, LINES)
  const store = await openStore(parseTarget(double.target))
  t.strictSame(await objectsOf(store), expected)
  await store.close()
})
