import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Folder } from '../../../lib/job/watch/folder.ts'
import { type FileIdentity, inspectPath, isFile } from '../../../lib/job/watch/identity.ts'
import { openFile } from '../../../lib/job/watch/openedFile.ts'
import { on, onFile, type WatchedFile } from '../../run/listening.ts'
import { add, contentsOf, drop, pass, placeOf, type Storage, said } from './watching.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65534

/** A folder that everybody may write to, and a private place beside it. */
function sharedPlace(t: Test, files: Record<string, string> = {}) {
  const place = placeOf(t, files)
  chmodSync(place.inbox, 0o777)
  const home = join(place.inbox, '../home')
  mkdirSync(home, { mode: 0o700 })
  return { ...place, home, inside: (name: string) => join(place.inbox, name) }
}

const MOVE = { after: 'move' } as const

t.test('a link, a pipe and a second name are passed over and said; the others are taken', async (t) => {
  const place = sharedPlace(t, { 'z.jsonl': add('z', '1') })
  const secret = join(place.home, 'secret.jsonl')
  writeFileSync(secret, add('secret', 'x'), { mode: 0o600 })
  symlinkSync(secret, place.inside('a.jsonl'))
  symlinkSync('/proc/self/environ', place.inside('b.jsonl'))
  symlinkSync('c.jsonl', place.inside('c.jsonl'))
  execFileSync('mkfifo', [place.inside('d.jsonl')])
  linkSync(secret, place.inside('e.jsonl'))
  mkdirSync(place.inside('f.jsonl'))
  const told = await pass(place, MOVE)
  t.strictSame(told.names, ['z.jsonl'])
  t.strictSame(await contentsOf(place), { z: '1' })
  t.match(told.ended.report, { files_failed: 0, files_passed_over: 5 })
  const link = 'it is a symbolic link, which only --follow-links takes'
  t.strictSame(said(told).sort(), [
    `a.jsonl is passed over: ${link}`,
    `b.jsonl is passed over: ${link}`,
    `c.jsonl is passed over: ${link}`,
    'd.jsonl is passed over: it is a FIFO, not a regular file',
    'e.jsonl is passed over: it has a second name (a hard link), and others may write to this directory; it is taken when it has one',
  ])
  t.strictSame(
    readdirSync(place.inside('processed')).filter((name) => name[0] !== '~'),
    ['z.jsonl'],
  )
  t.ok(existsSync(secret))
})

t.test('with --follow-links a link is taken', async (t) => {
  const place = placeOf(t, { 'z.jsonl': add('z', '1') })
  const target = join(place.inbox, '../outside/a')
  writeFileSync(target, add('a', '1'))
  symlinkSync(target, join(place.inbox, 'a.jsonl'))
  symlinkSync('c.jsonl', join(place.inbox, 'c.jsonl'))
  const { names } = await pass(place, { followLinks: true, settleMs: 0 })
  t.strictSame(names, ['a.jsonl', 'z.jsonl'])
  t.strictSame(await contentsOf(place), { a: '1', z: '1' })
})

t.test(
  'a file with a second name is taken once that is gone, and at once where nobody else may write',
  async (t) => {
    const place = sharedPlace(t)
    drop(place, 'a.jsonl', add('a', '1'))
    linkSync(place.inside('a.jsonl'), join(place.home, 'other'))
    t.strictSame((await pass(place)).names, [])
    chmodSync(place.inbox, 0o755)
    t.strictSame((await pass(place)).names, ['a.jsonl'])
  },
)

for (const [what, plant] of [
  ['a link', (path: string, home: string) => symlinkSync(home, path)],
  ['a directory of others', (path: string) => mkdirSync(path) ?? chmodSync(path, 0o777)],
  ['a file', (path: string) => writeFileSync(path, '')],
] as const) {
  t.test(`where processed/ is ${what}, nothing is put there`, async (t) => {
    const place = sharedPlace(t, { 'a.jsonl': `${add('a', '1')}bad\n` })
    plant(place.inside('processed'), place.home)
    await t.rejects(pass(place, { ...MOVE, dryRun: true }), { code: 'ELYSIA_STATE' }, 'a dry run says so too')
    await t.rejects(pass(place, MOVE), { code: 'ELYSIA_STATE', message: /processed/ })
    t.strictSame(readdirSync(place.home), [])
    t.ok(existsSync(place.inside('a.jsonl')))
  })

  t.test(
    `where processed/ becomes ${what} meanwhile, a file stays where it is and fails alone`,
    async (t) => {
      const place = sharedPlace(t, { 'a.jsonl': `${add('a', '1')}bad\n`, 'b.jsonl': add('b', '1') })
      const plantIt = () => {
        if (existsSync(place.inside('was-processed'))) return
        renameSync(place.inside('processed'), place.inside('was-processed'))
        plant(place.inside('processed'), place.home)
      }
      let put = false
      const told = await pass(place, { ...MOVE, batchSize: 1 }, [], {
        onEvent: on('records_settled', () => {
          if (!put) plantIt()
          put = true
        }),
      })
      t.strictSame(told.names, ['a.jsonl', 'b.jsonl'])
      t.strictSame(readdirSync(place.home), [])
      t.match(said(told)[0], /a\.jsonl cannot be moved: .*processed .*; its records are settled/)
      t.ok(told.ended.report.files_failed >= 2)
      t.strictSame(await contentsOf(place), { a: '1', b: '1' })
      rmSync(place.inside('processed'), { recursive: true })
      renameSync(place.inside('was-processed'), place.inside('processed'))
      t.strictSame((await pass(place, MOVE)).names, [], 'taken once')
      const there = readdirSync(place.inside('processed')).filter((name) => name[0] !== '~')
      t.strictSame(there.sort(), ['a.jsonl', 'a.jsonl.rejects.jsonl', 'b.jsonl'])
    },
  )
}

t.test(
  'in a folder of another user, processed/ has to be of the one who watches',
  { skip: isRoot ? false : 'only root gives files away' },
  async (t) => {
    const place = sharedPlace(t, { 'a.jsonl': add('a', '1') })
    chmodSync(place.inbox, 0o755)
    chownSync(place.inbox, NOBODY, NOBODY)
    mkdirSync(place.inside('processed'))
    chownSync(place.inside('processed'), NOBODY, NOBODY)
    await t.rejects(pass(place, MOVE), {
      code: 'ELYSIA_STATE',
      message: /processed can be written to by others/,
    })
    chownSync(place.inside('processed'), 0, 0)
    t.strictSame((await pass(place, MOVE)).names, ['a.jsonl'])
  },
)

t.test(
  'what lies at the places of rejects is not touched, nor are they written while a file is taken',
  async (t) => {
    const place = sharedPlace(t, { 'a.jsonl': `bad\n${add('a', '1')}` })
    const profile = join(place.home, 'profile')
    writeFileSync(profile, 'mine')
    mkdirSync(place.inside('processed'))
    for (const name of ['a.jsonl.rejects.jsonl', 'a.jsonl'])
      symlinkSync(profile, join(place.inside('processed'), name))
    const places: string[][] = []
    const { files } = await pass(place, MOVE, [], {
      onEvent: on('records_settled', () => places.push(readdirSync(place.inside('processed')))),
    })
    t.equal(readFileSync(profile, 'utf8'), 'mine')
    t.strictSame(places[0]?.sort(), ['a.jsonl', 'a.jsonl.rejects.jsonl'])
    t.equal(files[0]?.moved_to, join(place.inside('processed'), 'a-1.jsonl'))
    t.equal(files[0]?.rejects_path, join(place.inside('processed'), 'a.jsonl.rejects-1.jsonl'))
    t.match(JSON.parse(readFileSync(files[0]!.rejects_path!, 'utf8')), { line: 1, record: 'bad' })
    t.equal(lstatSync(files[0]!.rejects_path!).mode & 0o777, 0o600)
  },
)

/** What a file becomes between the look at it and its opening. */
const SWAPS: readonly [string, string, (path: string, place: ReturnType<typeof sharedPlace>) => void][] = [
  ['a link', 'symbolic link', (path, { home }) => symlinkSync(join(home, 'secret'), path)],
  ['a FIFO', 'FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a directory', 'directory', (path) => mkdirSync(path)],
  ['another file', 'changed', (path) => writeFileSync(path, add('b', '1'))],
  ['a private file', 'changed', (path, { home }) => linkSync(join(home, 'secret'), path)],
  ['nothing', 'gone', () => {}],
]
for (const [what, answer, swap] of SWAPS) {
  t.test(`a file that becomes ${what} after it was looked at is not read`, async (t) => {
    const place = sharedPlace(t, { 'a.jsonl': add('a', '1') })
    writeFileSync(join(place.home, 'secret'), 'x', { mode: 0o600 })
    const folder = await Folder.open(place.inbox)
    t.teardown(() => folder.close())
    const path = place.inside('a.jsonl')
    const seen = await inspectPath(path, false)
    t.ok(isFile(seen))
    unlinkSync(path)
    swap(path, place)
    t.equal(await openFile(folder, seen as FileIdentity, false), answer)
  })
}

t.test(
  'a file that another takes the place of while it is taken is settled, and the other one taken as well',
  async (t) => {
    const place = sharedPlace(t, { 'a.jsonl': add('a', '1'), 'b.jsonl': add('b', '1') })
    let swapped = false
    const swap = () => {
      if (swapped) return
      swapped = true
      renameSync(place.inside('a.jsonl'), join(place.home, 'a'))
      drop(place, 'a.jsonl', add('a', '2'))
    }
    const { names } = await pass(place, MOVE, [() => {}], { onEvent: on('records_settled', swap) })
    t.strictSame(names.sort(), ['a.jsonl', 'a.jsonl', 'b.jsonl'])
    t.strictSame(await contentsOf(place), { a: '2', b: '1' })
    t.equal(readFileSync(join(place.inside('processed'), 'a.jsonl'), 'utf8'), add('a', '2'))
    t.ok(existsSync(join(place.home, 'a')), 'what was renamed away is left alone')
  },
)

t.test('a name of any length and a name that is not UTF-8 hold nobody up', async (t) => {
  const place: Storage = placeOf(t, { 'z.jsonl': add('z', '1') })
  const long = `${'é'.repeat(124)}.jsonl`
  const longer = `${'n'.repeat(249)}.jsonl`
  for (const name of [long, longer]) drop(place, name, `${add(name, '1')}bad\n`)
  mkdirSync(join(place.inbox, 'processed'))
  writeFileSync(join(place.inbox, 'processed', longer), '')
  const unnamed = (name: string) =>
    Buffer.concat([Buffer.from(`${place.inbox}/`), Buffer.from(name, 'latin1')])
  writeFileSync(unnamed('\xff.jsonl'), add('x', '1'))
  const told = await pass(place, MOVE, [() => writeFileSync(unnamed('\xfe.jsonl'), add('y', '1'))])
  t.strictSame(told.names.sort(), [longer, 'z.jsonl', long].sort())
  t.match(told.ended.report, { files_failed: 2, files_passed_over: 0, rejected: { not_json: 2 } })
  const isUnnamed = /^\ufffd\.jsonl failed: its name is not UTF-8/
  t.equal(said(told).filter((text) => isUnnamed.test(text)).length, 2)
  const moved = readdirSync(join(place.inbox, 'processed')).filter((name) => name[0] !== '~')
  t.equal(moved.length, 1 + 3 + 2)
  t.ok(moved.includes(`${'n'.repeat(247)}-1.jsonl`))
  t.equal(moved.filter((name) => name.endsWith('.rejects.jsonl')).length, 2)
})

/**
 * Does something as a user who is not root, to whom all of the place then belongs: root may read and move
 * everything. Who runs the tests as somebody else does it as that one.
 */
async function asUser<T>(t: Test, { inbox }: Storage, work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work()
  const root = join(inbox, '..')
  for (const name of ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })])
    chownSync(join(root, name), NOBODY, NOBODY)
  const become = process.seteuid!.bind(process)
  t.teardown(() => become(0))
  become(NOBODY)
  try {
    return await work()
  } finally {
    become(0)
  }
}

t.test('a file that may not be read fails alone, and is taken when it may', async (t) => {
  const place = placeOf(t, { 'a.jsonl': add('a', '1'), 'z.jsonl': add('z', '1') })
  const path = join(place.inbox, 'a.jsonl')
  chmodSync(path, 0)
  const failures: WatchedFile[] = []
  const told = await asUser(t, place, () =>
    pass(place, {}, [() => chmodSync(path, 0o600)], {
      onEvent: onFile((file) => file.report.error !== undefined && failures.push(file)),
    }),
  )
  t.match(failures, [{ error: { code: 'ELYSIA_INPUT' } }])
  t.match(told.ended.report, { files_failed: 1 })
  t.strictSame(await contentsOf(place), { a: '1', z: '1' })
})

for (const mode of [0o644, 0o666]) {
  const name = `a file of mode ${mode.toString(8)} that cannot be moved out of a sticky folder fails alone, and stays as it was`
  t.test(name, { skip: isRoot ? false : 'only root gives files away' }, async (t) => {
    const place = sharedPlace(t, { 'b.jsonl': add('b', '1') })
    const path = place.inside('a.jsonl')
    await asUser(t, place, async () => {
      process.seteuid!(0)
      chownSync(place.inbox, 0, 0)
      chmodSync(place.inbox, 0o1777)
      drop(place, 'a.jsonl', add('a', '1'))
      chmodSync(path, mode)
      process.seteuid!(NOBODY)
      const told = await pass(place, MOVE)
      t.strictSame(told.names, ['a.jsonl', 'b.jsonl'])
      t.match(said(told)[0], /a\.jsonl cannot be moved: EPERM/)
      t.match(told.ended.report, { files_failed: 1, files_passed_over: 0 })
      t.equal(lstatSync(path).nlink, 1)
      const again = await pass(place, MOVE)
      t.strictSame(again.names, [], 'it is not taken again')
      t.match(said(again), [/a\.jsonl cannot be moved: EPERM/], 'but said')
    })
    const there = readdirSync(place.inside('processed')).filter((name) => name[0] !== '~')
    t.strictSame(there, ['b.jsonl'])
    t.strictSame(await contentsOf(place), { a: '1', b: '1' })
  })
}
