import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Collection } from '../../lib/store/store.ts'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import type { Address } from '../../test/double/dialogue/ask.ts'
import { compare, type Figures, figuresOf, inTurns } from '../measure.ts'
import { type ArchiveFigures, archiveCommand, backUp } from './command.ts'
import { archiveClass, archiveObject, fill, makeStore, removeStore, type Shape } from './objects.ts'

const LOADS = fileURLToPath(new URL('serverLoads.ts', import.meta.url))
const NAME = 'BnNight'
const NIGHTS = 30
const BATCH = 500
/** One object in so many changes between two archives. */
export const STEP = 100
const WORKERS = 4
/** An object that was written shortly before the base is read again: its time proves nothing yet. */
const SETTLED_MS = 65_000

/** Changes one object in a hundred, others each night. */
async function change(collection: Collection, { count, ...shape }: Shape, night: number): Promise<void> {
  const numbers = Array.from({ length: Math.ceil(count / STEP) }, (_, n) => n * STEP + (night % STEP))
  for (let at = 0; at < numbers.length; at += BATCH) {
    const objects = numbers.slice(at, at + BATCH).filter((n) => n < count)
    await collection.write(
      objects.map((n) => {
        const { id } = archiveObject(n, { count, ...shape })
        return { ...archiveObject(n + night * count, { count, ...shape }), id }
      }),
    )
  }
}

/** `col restore` of a full archive and thirty increments, beside that of the same content as one full archive. */
export async function benchChainRestore(home: string, rounds: number, shape: Shape): Promise<void> {
  const path = (name: string) => join(home, name)
  const [source, copy, full] = [path('source.db'), path('copy.db'), path('chain-full')]
  await makeStore(source, NAME, shape)
  const store = await openSqlite(source)
  let last = ''
  for (let night = 0; night <= NIGHTS; night++) {
    if (night > 0) await change(store.collection(NAME), shape, night)
    const directory = path(`chain-${night}`)
    const since = night === 0 ? [] : ['--since', last]
    await backUp(NAME, `sqlite:${source}`, directory, home, '--compression', 'zstd', ...since)
    last = directory
  }
  await store.close()
  await backUp(NAME, `sqlite:${source}`, full, home, '--compression', 'zstd')
  const restore = (archive: string) => {
    removeStore(copy)
    return archiveCommand(['restore', archive, '--target', `sqlite:${copy}`, '--no-verify'], home)
  }
  const taken = await inTurns(rounds, { full: () => restore(full), chain: () => restore(last) })
  compare(
    'col restore of a chain of 30 increments / the same content as one full archive',
    0.77,
    taken.full,
    taken.chain,
  )
  for (const file of [source, copy]) removeStore(file)
}

/** `col backup --since` of a real server in which 1 % has changed, beside a bare scan of ids and times and a bare read of the changed. */
export async function benchIncrements(
  { http, grpc }: Address,
  home: string,
  rounds: number,
  shape: Shape,
  index: string,
): Promise<void> {
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const target = `${http}?grpc=${grpc}`
  try {
    await store.drop(NAME)
    await store.create(archiveClass(NAME, index))
    const collection = store.collection(NAME)
    await fill(collection, shape)
    await setTimeout(SETTLED_MS)
    const base = join(home, 'base')
    await backUp(NAME, target, base, home)
    await change(collection, shape, 1)
    const load = { http, grpc, class: NAME, workers: WORKERS, shape }
    const taken = await inTurns<string, Figures>(rounds, {
      bare: () => figuresOf([LOADS, 'changes', JSON.stringify(load)]),
      increment: async () => {
        const directory = join(home, 'increment')
        rmSync(directory, { recursive: true, force: true })
        const words = ['backup', NAME, '--target', target, '--to', directory, '--since', base]
        const report = (await archiveCommand(
          [...words, '--workers', String(WORKERS)],
          home,
        )) as ArchiveFigures
        return { ...report, rate: shape.count / report.seconds }
      },
    })
    compare(
      'col backup --since, 1 % changed / bare scan of ids and times, bare read of the changed',
      0.8,
      taken.bare!,
      taken.increment!,
    )
  } finally {
    await store.drop(NAME)
    await store.close()
  }
}
