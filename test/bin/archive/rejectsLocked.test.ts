// `--rejects FILE` of two runs at once: the second is refused before it writes anything, and no line is lost.
import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { lockRejects } from '../../../lib/run/rejectsLock.ts'
import { adds, home } from '../elysiactl.ts'

const BAD = '{"repo":"r","op":"add","path":"bad"}\n'

/** A home in which another process writes rejects to `rejects.jsonl`, until `end`. */
function busy(t: Test) {
  const at = home(t, { 'changes.jsonl': `${adds(3)}${BAD}` })
  const path = `${at.directory}/rejects.jsonl`
  const state = { directory: `${at.directory}/state/elysiactl` }
  const lock = lockRejects(state, path)
  t.teardown(() => lock?.release())
  return { ...at, path, end: () => lock?.release() }
}

const LOCKED = { code: 11, stderr: /busy with a run with the rejects in .*rejects\.jsonl/ }

t.test('an ingest is refused while another run writes to its rejects file', async (t) => {
  const at = busy(t)
  const ingest = ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article', '--rejects']
  t.match(await at.run([...ingest, './rejects.jsonl']), LOCKED)
  t.match(await at.run([...ingest, './rejects.jsonl', '--dry-run']), LOCKED)
  t.match(await at.run([...ingest, '/dev/null']), { code: 3 }, 'a device is for everybody')
  at.end()
  t.match(await at.run([...ingest, './rejects.jsonl']), { code: 3 })
  t.match(readFileSync(at.path, 'utf8'), /no_content/)
})

t.test('a restore and a copy are refused while another run writes to their rejects file', async (t) => {
  const at = busy(t)
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article'])
  await at.run(['col', 'backup', 'Article', '--to', 'article'])
  const rejects = ['--rejects', 'rejects.jsonl']
  const restore = ['col', 'restore', './article', '--name', 'Copy', ...rejects]
  t.match(await at.run(restore), LOCKED)
  t.match(await at.run([...restore, '--dry-run']), LOCKED)
  const copy = ['col', 'copy', 'Article', 'Other', ...rejects]
  t.match(await at.run(copy), LOCKED)
  at.end()
  t.match(await at.run(restore), { code: 0 })
  t.match(await at.run(copy), { code: 0 })
})

t.test(
  'the archives of a set put their rejects into one file, whichever are restored together',
  async (t) => {
    const lines = (name: string) =>
      [1, 2]
        .map((n) =>
          JSON.stringify({ class: name, id: `00000000-0000-4000-8000-00000000000${n}`, properties: { n } }),
        )
        .join('\n')
    const at = home(t, { 'a.jsonl': lines('A'), 'b.jsonl': lines('B'), 'c.jsonl': lines('C') })
    for (const name of ['a', 'b', 'c'])
      await at.run(['col', 'restore', `./${name}.jsonl`, '--target', 'sqlite:from.db'])
    await at.run(['col', 'backup', '--all', '--target', 'sqlite:from.db'])
    writeFileSync(
      `${at.directory}/refuse.mjs`,
      'export default (object) => { if (object.properties.n === 1) throw new Error("not this one"); return object }\n',
    )
    const restored = await at.run([
      ...['col', 'restore', '--all', '--target', 'sqlite:to.db', '--script', './refuse.mjs'],
      ...['--rejects', 'rejects.jsonl'],
    ])
    t.equal(restored.code, 3, restored.stderr)
    const classes = readFileSync(`${at.directory}/rejects.jsonl`, 'utf8').trim().split('\n')
    t.strictSame(classes.map((line) => JSON.parse(line).class).sort(), ['A', 'B', 'C'])
  },
)
