import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { oneFile } from '../../run/oneFile.ts'
import { add, append, contentsOf, drop, placeOf, type Storage } from './watching.ts'

const LINES = Array.from({ length: 25 }, (_, index) => add(`p${index}`, 'x')).join('')
const SCRIPT = oneFile(new URL('./dies.ts', import.meta.url))
const POISON = add('poison', 'POISON')

/** What a process said and how it ended. */
function watchOnce({ inbox, database, stateDirectory }: Storage, after: string, coalesce = 'off') {
  const args = [SCRIPT, inbox, database, stateDirectory, after, coalesce]
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { ended: signal ?? status, stdout, stderr }
}

t.test(
  'a file that has ended two processes at one place goes to failed/, and the others are taken',
  async (t) => {
    const place = placeOf(t, { 'a.jsonl': `${LINES}${POISON}`, 'z.jsonl': add('z', '1') })
    let last = watchOnce(place, 'move')
    // Where the first one died before a batch was settled that the second one settles, it takes one more.
    for (let deaths = 1; deaths < 4 && last.ended === 'SIGKILL'; deaths++) last = watchOnce(place, 'move')
    t.equal(last.ended, 0, last.stderr)
    t.match(last.stdout, /a\.jsonl has killed 2 processes after line [12]0, and is not tried again/)
    t.strictSame(readdirSync(join(place.inbox, 'failed')), ['a.jsonl'])
    t.strictSame(readdirSync(join(place.inbox, 'processed')), ['z.jsonl'])
    t.match(await contentsOf(place), { p0: 'x', p9: 'x', z: '1' })
  },
)

t.test('with keep it stays, and is tried again only when it has changed', async (t) => {
  const place = placeOf(t, { 'a.jsonl': POISON })
  drop(place, 'z.jsonl', add('z', '1'))
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
  const third = watchOnce(place, 'keep')
  t.equal(third.ended, 0, third.stderr)
  t.match(third.stdout, /has killed 2 processes before any of its lines was settled/)
  drop(place, 'z.jsonl', add('z', '2'))
  t.strictSame(watchOnce(place, 'keep'), { ended: 0, stdout: '', stderr: '' }, 'nor said again')
  append(place, 'a.jsonl', add('more', '1'))
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
})

t.test('processes that end at different places are no fault of the file', async (t) => {
  const place = placeOf(t, { 'a.jsonl': `${LINES}${POISON}` })
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
  drop(place, 'a.jsonl', `${LINES}${LINES.replaceAll('"p', '"q')}${POISON}`)
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
  t.equal(watchOnce(place, 'keep').ended, 'SIGKILL')
})

t.test(
  'a file that ends processes when it is read with others fails alone, and replaces nothing',
  async (t) => {
    const place = placeOf(t, {
      'a.jsonl': add('a', '1'),
      'b.jsonl': add('a', '2'),
      'c.jsonl': `${add('a', '3')}${POISON}`,
      'd.jsonl': add('d', '1'),
      'z.jsonl': add('d', '2'),
    })
    let last = watchOnce(place, 'move', 'auto')
    for (let deaths = 1; deaths < 5 && last.ended === 'SIGKILL'; deaths++)
      last = watchOnce(place, 'move', 'auto')
    t.equal(last.ended, 0, last.stderr)
    t.match(last.stdout, /c\.jsonl has killed 2 processes before any of its lines was settled/)
    t.strictSame(readdirSync(join(place.inbox, 'failed')), ['c.jsonl'])
    t.strictSame(readdirSync(join(place.inbox, 'processed')), ['a.jsonl', 'b.jsonl', 'd.jsonl', 'z.jsonl'])
    t.strictSame(await contentsOf(place), { a: '2', d: '2' })
  },
)
