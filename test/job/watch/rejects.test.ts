import { linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { Folder } from '../../../lib/job/watch/folder.ts'
import { placeRejects } from '../../../lib/job/watch/placeRejects.ts'
import { SharedRejects } from '../../../lib/job/watch/sharedRejects.ts'
import { add, contentsOf, drop, pass, placeOf } from './watching.ts'

async function targetOf(t: Test) {
  const directory = t.testdir({ processed: {}, private: { 'run.jsonl': 'rejects\n' } })
  const target = await Folder.open(join(directory, 'processed'))
  t.teardown(() => target.close())
  const rejects = join(directory, 'private/run.jsonl')
  const place = () => placeRejects(rejects, 'run', 'a.jsonl', target)
  return {
    rejects,
    place,
    inside: (name: string) => join(target.path, name),
    list: () => readdirSync(target.path),
  }
}

const WANTED = ['a.jsonl.rejects.jsonl']

t.test('a crash while rejects are brought beside their file leaves them there once', async (t) => {
  const crashes: Record<string, (at: Awaited<ReturnType<typeof targetOf>>) => void> = {
    'before the copy': () => {},
    'in the copy': ({ inside }) => writeFileSync(inside('.run.rejects.part'), 'rej'),
    'before it has its name': ({ inside }) => writeFileSync(inside('.run.rejects.part'), 'rejects\n'),
    'after it has its name': ({ inside }) => {
      writeFileSync(inside('.run.rejects.part'), 'rejects\n')
      linkSync(inside('.run.rejects.part'), inside(WANTED[0]!))
    },
    'after the first ones are gone': ({ inside, rejects }) => {
      writeFileSync(inside('.run.rejects.part'), 'rejects\n')
      linkSync(inside('.run.rejects.part'), inside(WANTED[0]!))
      unlinkSync(rejects)
    },
  }
  for (const [when, crash] of Object.entries(crashes)) {
    const at = await targetOf(t)
    crash(at)
    t.equal(await at.place(), at.inside(WANTED[0]!), when)
    t.strictSame(at.list(), WANTED, when)
    t.equal(readFileSync(at.inside(WANTED[0]!), 'utf8'), 'rejects\n', when)
    t.equal(await at.place(), undefined, `${when}, and once more`)
  }
})

t.test('rejects of files of one name lie beside them, none over another', async (t) => {
  const place = placeOf(t, { 'a.jsonl': `bad\n${add('a', '1')}` })
  const more = { after: 'move' } as const
  await pass(place, more, [() => drop(place, 'a.jsonl', 'worse\n')])
  const there = readdirSync(join(place.inbox, 'processed')).filter((name) => name[0] !== '~')
  t.strictSame(there.sort(), ['a-1.jsonl', 'a.jsonl', 'a.jsonl.rejects-1.jsonl', 'a.jsonl.rejects.jsonl'])
  t.strictSame(readdirSync(join(place.stateDirectory, 'rejects')), [], 'nothing is left behind')
  t.strictSame(await contentsOf(place), { a: '1' })
})

t.test('a directory that has the name of a file does not count', async (t) => {
  const place = placeOf(t, { 'b.jsonl': add('b', '1') })
  mkdirSync(join(place.inbox, 'a.jsonl'))
  const { ended, names } = await pass(place)
  t.strictSame(names, ['b.jsonl'])
  t.match(ended.report, { files_failed: 0, files_passed_over: 0 })
})

t.test('the lines of some runs are forgotten only where nobody else has written since', async (t) => {
  const database = openDatabase(':memory:')
  t.teardown(() => database.close())
  const directory = t.testdir({})
  const [a, b] = ['a', 'b'].map((name) => join(directory, `${name}.jsonl`)) as [string, string]
  const open = (rejectsPath: string) => SharedRejects.open(database, { rejectsPath })!
  const runs = ['1', '2']
  const begun = open(a).placeOf(runs)
  t.strictSame(begun, { path: a, start: 0 })
  writeFileSync(a, 'of 1\n')
  t.strictSame(open(a).placeOf(runs, begun), begun, 'the same again')

  writeFileSync(b, 'of others\n')
  open(b).rewind(runs, begun)
  t.equal(open(b).startOf('next'), 10, 'another file')
  const inB = open(b).placeOf(runs, begun)
  t.strictSame(inB, { path: b, start: 10 })
  t.strictSame(open(a).placeOf(runs, inB), begun, 'back in the first one')

  t.equal(open(a).startOf('other'), 5)
  writeFileSync(a, 'of 1\nof other\n')
  open(a).rewind(runs, begun)
  t.equal(open(a).startOf('next'), 14, 'others have written since')
})
