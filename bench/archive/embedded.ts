import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, figuresOf, inTurns } from '../measure.ts'
import { archiveCommand, backUp } from './command.ts'
import { makeStore, removeStore, type Shape } from './objects.ts'

const LOOP = fileURLToPath(new URL('loops.ts', import.meta.url))
const NAME = 'BnThing'

/** `col backup` of an embedded store and `col restore` into one, each beside a loop with the same reads and writes. */
export async function benchArchiveEmbedded(home: string, rounds: number, shape: Shape): Promise<void> {
  const path = (name: string) => join(home, name)
  const [full, copy, archive] = [path('full.db'), path('copy.db'), path('archive')]
  await makeStore(full, NAME, shape)
  const restore = (...more: string[]) => {
    removeStore(copy)
    return archiveCommand(['restore', archive, '--target', `sqlite:${copy}`, ...more], home)
  }
  const taken = await inTurns(rounds, {
    write: () => figuresOf([LOOP, 'backup', full, path('loop.jsonl.zst')]),
    backup: () => backUp(NAME, `sqlite:${full}`, archive, home, '--compression', 'zstd'),
    read: () => {
      removeStore(copy)
      return figuresOf([LOOP, 'restore', copy, ...partsIn(archive)])
    },
    unread: () => restore('--no-verify'),
    restore: () => restore(),
  })
  compare('col backup of an embedded store / bare loop', 0.6, taken.write, taken.backup)
  compare('col restore --no-verify into an embedded store / bare loop', 0.6, taken.read, taken.unread)
  compare('col restore, all read back, / bare loop', undefined, taken.read, taken.restore)
  removeStore(copy)
  rmSync(archive, { recursive: true })
  removeStore(full)
  rmSync(path('loop.jsonl.zst'))
}

/** `verify --level stored` beside `sha256sum` of the same files, in MB a second. */
export async function benchArchiveVerify(home: string, rounds: number, shape: Shape): Promise<void> {
  const [store, archive] = [join(home, 'full.db'), join(home, 'archive')]
  await makeStore(store, NAME, shape)
  await backUp(NAME, `sqlite:${store}`, archive, home, '--compression', 'zstd')
  removeStore(store)
  const files = partsIn(archive)
  const taken = await inTurns(rounds, {
    sum: () => figuresOf([LOOP, 'sum', ...files]),
    verify: () => figuresOf([LOOP, 'verify', archive]),
  })
  compare('verify --level stored / sha256sum, kB a second', 0.7, taken.sum, taken.verify)
  rmSync(archive, { recursive: true })
}

function partsIn(archive: string): string[] {
  const directory = join(archive, 'parts')
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
}
