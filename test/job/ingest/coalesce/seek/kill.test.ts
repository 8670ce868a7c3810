import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { sources } from '../../../../../bin/cli/inputs.ts'
import { openSqlite } from '../../../../../lib/store/sqlite/store.ts'
import { objectsOf, plainState, runOnce, writeChanges } from '../../killing.ts'

const LINES = 6000
/** One of them comes in the second pass, on a machine of any speed. */
const TRIES = 12
const home = t.testdir()
const input = join(home, 'changes.jsonl')
await writeChanges(input, LINES, 21)
// Line ends of both kinds, a byte order mark, bytes that are no UTF-8, and a last line that is rejected.
const lines = readFileSync(input, 'latin1').trimEnd().split('\n')
const changed = lines.map((line, at) => (at % 7 === 0 ? `${line}\r` : line)).join('\n')
writeFileSync(input, `\xef\xbb\xbf${changed}\n{"\xff"}\r`, 'latin1')
const expected = await plainState(input)

t.test('the command says that a file can be read at any place', async (t) => {
  t.match(await sources([input]), [{ file: input, rereadable: true, seekable: true }])
})

t.test('killed in the second pass, which reads only what is applied, a run goes on there', async (t) => {
  let from = 0
  for (let attempt = 0; attempt < TRIES && from === 0; attempt++) {
    const place = join(home, `${attempt}`)
    const [store, rejects] = [join(place, 'store.db'), join(place, 'rejects.jsonl')]
    const words = ['--collection', 'source-code', '--target', `sqlite:${store}`, '--rejects', rejects]
    const killing = { input, home: place, arguments: [...words, '--batch-size', '2', '--coalesce', '1MiB'] }
    await wait(150)
    await runOnce(killing, 600 + 150 * attempt)
    const { code, report } = await runOnce(killing)
    t.equal(code, 3)
    t.match(report, { lines: LINES + 1, coalesced: { passes: 'two' } })
    from = report!.continued_from_line
    const opened = await openSqlite(store)
    t.strictSame(await objectsOf(opened), expected)
    await opened.close()
    const numbers = readFileSync(rejects, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line)
    t.strictSame(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
      'each reject once, in order',
    )
    t.equal(numbers.at(-1), LINES + 1)
    t.equal(
      numbers.length,
      Object.values(report!.rejected).reduce((a, b) => a + b, 0),
    )
  }
  t.ok(from > 0, `a killed run went on at line ${from}`)
})
