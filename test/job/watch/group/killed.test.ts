import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import { oneFile } from '../../../run/oneFile.ts'
import { laterPoint } from '../../runs.ts'
import { LONG_AGO, pass, type Storage } from '../watching.ts'
import { left, oneByOne } from './files.ts'

const SCRIPT = oneFile(new URL('../killed.ts', import.meta.url))
const NAMES = ['1.jsonl', '2.jsonl', '3.jsonl']

const json = (record: object) => `${JSON.stringify({ repo: 'r', ...record })}\n`
const add = (path: string, content: string) => json({ op: 'add', path, content })
const many = (from: number, to: number, content: string) =>
  Array.from({ length: to - from }, (_, index) => add(`p${from + index}`, content)).join('')

/** Each replaces much of those before it, moves what they brought, and has lines that are refused. */
const FILES = [
  `${add('a', 'ONE')}bad\n${many(0, 30, 'one')}${json({ op: 'rename', path: 'none', new_path: 'nowhere' })}`,
  `${json({ op: 'rename', path: 'a', new_path: 'b' })}${add('a', 'TWO')}${many(5, 25, 'two')}worse\n`,
  `${json({ op: 'rename', path: 'b', new_path: 'c' })}${many(0, 20, 'three')}${json({ op: 'delete', path: 'p29' })}${json({ op: 'modify', path: 'p28', metadata: { n: 1 } })}bad\n`,
]

function placeOf(t: Test, name: string): Storage {
  const root = join(t.testdirName, name)
  const place = {
    inbox: join(root, 'inbox'),
    database: join(root, 'store.db'),
    stateDirectory: join(root, 'state'),
  }
  mkdirSync(place.inbox, { recursive: true })
  mkdirSync(join(root, 'outside'))
  for (const [index, content] of FILES.entries()) {
    const file = join(root, 'outside', NAMES[index]!)
    writeFileSync(file, content)
    utimesSync(file, LONG_AGO, LONG_AGO)
    renameSync(file, join(place.inbox, NAMES[index]!))
  }
  return place
}

/** True where it killed itself, false where it came to its end. */
async function killed({ inbox, database, stateDirectory }: Storage, point: string, count: number) {
  const args = [SCRIPT, inbox, database, stateDirectory, point, String(count), 'move']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the watch ended with ${code ?? signal}`)
  return signal === 'SIGKILL'
}

t.testdir()
const model = join(t.testdirName, 'model')
mkdirSync(model)
for (const [index, content] of FILES.entries()) writeFileSync(join(model, NAMES[index]!), content)
const expected = await oneByOne(model, NAMES)

for (const [point, steps] of [
  ['statement', 14],
  ['batch', 3],
] as const) {
  t.test(`files that wait, killed at any ${point}, end as if applied one by one`, async (t) => {
    t.testdir()
    let kills = 0
    for (let count = 1; ; count = laterPoint(count, steps)) {
      const place = placeOf(t, `${point}-${count}`)
      const died = await killed(place, point, count)
      await pass(place, { after: 'move', batchSize: 10 })
      t.strictSame(await left(place, NAMES), expected, `killed at ${point} ${count}`)
      if (!died) break
      kills += 1
    }
    t.ok(kills > 1, `killed ${kills} times`)
  })
}

t.test('killed in the middle, with one file gone then, the others are taken again as a whole', async (t) => {
  t.testdir()
  const place = placeOf(t, 'gone')
  t.ok(await killed(place, 'batch', 3), 'in the second file')
  const taken = NAMES.slice(0, 2)
  renameSync(join(place.inbox, NAMES[2]!), join(place.inbox, '..', NAMES[2]!))
  const { events, ended } = await pass(place, { after: 'move', batchSize: 10 })
  t.strictSame(await left(place, taken), await oneByOne(model, taken))
  const again = events.flatMap((event) => (event.type === 'file_started_over' ? [event] : []))
  t.strictSame(
    again.map(({ path, reason }) => `${basename(path)} ${reason}`),
    taken.map((name) => `${name} group_changed`),
  )
  t.match(ended.report, { files: 3, files_failed: 0 }, 'with the one behind them')
  t.strictSame(
    readdirSync(join(place.stateDirectory, 'rejects')),
    [],
    'no rejects are left of the first time',
  )
})
