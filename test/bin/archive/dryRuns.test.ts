// What a backup or a restore is refused for before it reads an object, its dry run is refused for as well.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stateLock } from '../../../lib/run/state.ts'
import { type Home, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const BACKUP = ['col', 'backup', 'SourceCode', ...STORE]

async function store(t: Test, count = 20): Promise<Home> {
  const at = home(t)
  const objects = Array.from({ length: count }, (_, n) => ({ id: idOf(n), properties: { path: `p${n}` } }))
  await filled(at, 'SourceCode', objects)
  return at
}

/** All but compiled code. */
const filesOf = ({ directory }: Home) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.cache'))
    .toSorted()

type Scene = readonly [code: number, words: readonly string[], prepare?: (at: Home) => Promise<unknown>]

const backedUp = (at: Home) => at.run([...BACKUP, '--to', 'a', '--tag', 'first'])

const BACKUPS: Readonly<Record<string, Scene>> = {
  'a name that promises another format': [2, ['--to', 'x.parquet']],
  'a collection that is not there': [10, ['--to', 'x', '--target', 'sqlite:other.db']],
  'a directory that holds an archive': [5, ['--to', 'a'], backedUp],
  'a directory that holds anything': [
    5,
    ['--to', 'x'],
    async (at) => {
      mkdirSync(join(at.directory, 'x'))
      writeFileSync(join(at.directory, 'x', 'mine'), '')
    },
  ],
  'a file that is there': [
    5,
    ['--to', 'x.jsonl'],
    async (at) => writeFileSync(join(at.directory, 'x.jsonl'), ''),
  ],
  'nothing to resume': [10, ['--resume']],
}

for (const [what, [code, words, prepare]] of Object.entries(BACKUPS)) {
  t.test(`a backup is refused by its dry run too (${code}): ${what}`, async (t) => {
    const at = await store(t)
    await prepare?.(at)
    const before = filesOf(at)
    const dry = await at.run([...BACKUP, ...words, '--dry-run'])
    t.equal(dry.code, code, dry.stderr)
    t.same(filesOf(at), before, 'it makes nothing')
    const real = await at.run([...BACKUP, ...words])
    t.equal(real.code, code, real.stderr)
    const said = (text: string) => text.split('\n').find((line) => line.startsWith('error:'))
    t.equal(said(dry.stderr), said(real.stderr))
  })
}

t.test('an empty collection is refused by the dry run too, unless that is allowed', async (t) => {
  const at = await store(t, 0)
  for (const flags of [['--dry-run'], []]) {
    const refused = await at.run([...BACKUP, '--to', 'x.jsonl', ...flags])
    t.match(
      refused,
      { code: 1, stderr: /SourceCode has no objects: this is not a complete backup/ },
      flags.join(),
    )
    for (const allowed of ['--allow-empty', '--schema-only'])
      t.equal((await at.run([...BACKUP, '--to', `x${allowed}${flags}`, allowed, ...flags])).code, 0, allowed)
  }
})

t.test('a backup at work in the same place is told by the dry run', async (t) => {
  const at = await store(t)
  const path = join(at.directory, 'x')
  const state = join(at.directory, 'state', 'elysiactl')
  const held = stateLock(state, `backup ${path}`, 'a backup')
  t.teardown(() => held.release())
  for (const flags of [['--dry-run'], []])
    t.match(await at.run([...BACKUP, '--to', 'x', ...flags]), { code: 11, stderr: /busy with a backup into/ })
  t.notOk(existsSync(path))
})

t.test('a dry run of --resume is held against the plan that was begun', async (t) => {
  const at = await store(t, 300)
  const words = [...BACKUP, '--to', 'x', '--part-size', '4KiB']
  // Killed at this place of its protocol.
  const wrapper = ['env', 'ELYSIACTL_TEST=1', 'ELYSIACTL_FAILPOINT=backup.before-seal']
  await at.start(words, wrapper).ended
  t.ok(existsSync(join(at.directory, 'x', 'parts.jsonl')))
  t.equal((await at.run([...words, '--dry-run'])).code, 5, 'without --resume it is in the way')
  const other = await at.run([...words, '--resume', '--format', 'json', '--dry-run'])
  t.match(other, { code: 5, stderr: /was begun with another --format/ })
  t.equal((await at.run([...words, '--resume', '--dry-run'])).code, 0)
  t.notOk(existsSync(join(at.directory, 'x', 'manifest.json')))
  t.equal((await at.run([...words, '--resume'])).code, 0)
})

t.test('a restore is refused by its dry run too', async (t) => {
  const at = await store(t)
  await backedUp(at)
  const scenes: readonly (readonly [number, readonly string[]])[] = [
    [5, ['a', ...STORE]],
    [10, ['nowhere', ...STORE]],
    [2, ['a', '--name', 'Copy', '--rejects', 'a/manifest.json', ...STORE]],
    [2, ['a', '--name', 'Copy', '--tenant', 'x', ...STORE]],
  ]
  for (const [code, words] of scenes) {
    for (const flags of [['--dry-run'], []]) {
      const ended = await at.run(['col', 'restore', ...words, ...flags])
      t.equal(ended.code, code, `${words.join(' ')} ${flags}: ${ended.stderr}`)
    }
  }
})
