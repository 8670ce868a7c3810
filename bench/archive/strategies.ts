import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Store } from '../../lib/store/store.ts'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import type { Address } from '../../test/double/dialogue/ask.ts'
import { type Figures, figuresOf, inTurns, median, peakOf, round, say, spread } from '../measure.ts'
import { type ArchiveFigures, archiveCommand, backUp } from './command.ts'
import { archiveClass, batches, fill, type Shape } from './objects.ts'
import type { Load } from './serverLoads.ts'

const LOADS = fileURLToPath(new URL('serverLoads.ts', import.meta.url))
const FULL = 'BnLiving'
const REST_MS = 1_000
const WORKERS = 2
/** One object in so many has changed. */
const ONE_IN = 100

/**
 * `col restore` into a collection of a real Weaviate that is there: what --only-changed takes beside a bare scan and a bare
 * flood of what has changed, and what the undo costs an overwrite.
 */
export async function benchArchiveStrategies(
  { http, grpc }: Address,
  home: string,
  rounds: number,
  shape: Shape,
  index: string,
): Promise<void> {
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const target = `${http}?grpc=${grpc}`
  const archive = join(home, 'living')
  const changed = { ...shape, count: Math.floor(shape.count / ONE_IN) }
  const load = (some: Shape): Load => ({ http, grpc, class: FULL, workers: WORKERS, shape: some })
  try {
    await store.drop(FULL)
    await store.create(archiveClass(FULL, index))
    await fill(store.collection(FULL), shape)
    await backUp(FULL, target, archive, home, '--workers', String(WORKERS))
    const restores: StrategyFigures[] = []
    const some = await inTurns(rounds, {
      scan: () => rested(() => figuresOf([LOADS, 'scan', JSON.stringify(load(shape))])),
      flood: () => rested(() => figuresOf([LOADS, 'flood', JSON.stringify(load(changed))])),
      restore: async () => {
        await change(store, changed)
        const figures = await rested(() => restore('--only-changed'))
        if (figures.written !== changed.count) throw new Error(`${figures.written} were written`)
        restores.push(figures)
        return figures
      },
    })
    const floors = some.scan.map(({ rate }, at) => shape.count / rate + changed.count / some.flood[at]!.rate)
    times('col restore --only-changed, 1 % changed, / scan and flood of these', 1.2, floors, restores)
    const whole = await inTurns(rounds, {
      bare: () => rested(() => restore('--no-undo')),
      undo: () => rested(() => restore()),
    })
    times(
      'overwrite with undo / without',
      1.5,
      whole.bare.map(({ seconds }) => seconds),
      whole.undo,
    )
  } finally {
    await store.drop(FULL)
    await store.close()
  }

  function restore(...more: string[]): Promise<StrategyFigures> {
    const words = ['restore', archive, '--target', target, '--workers', String(WORKERS)]
    return archiveCommand([...words, '--on-conflict', 'overwrite', ...more], home) as Promise<StrategyFigures>
  }
}

interface StrategyFigures extends ArchiveFigures {
  readonly written: number
}

/** Gives the first objects of a shape another title. */
async function change(store: Store, shape: Shape): Promise<void> {
  for (const batch of batches(shape)) {
    const other = batch.map((one) => ({ ...one, properties: { ...one.properties, title: 'changed' } }))
    await store.collection(FULL).write(other)
  }
}

async function rested<T>(work: () => Promise<T>): Promise<T> {
  await setTimeout(REST_MS)
  return work()
}

/** Says how many times as long as its floor something took, round by round. */
function times(
  what: string,
  most: number,
  floors: readonly number[],
  ours: readonly (Figures & { readonly seconds: number })[],
): void {
  say(what, {
    floor_s: round(median(floors)),
    ours_s: round(median(ours.map(({ seconds }) => seconds))),
    ...spread(ours.map(({ seconds }, at) => seconds / floors[at]!)),
    at_most: most,
    peak_mb: peakOf(ours),
  })
}
