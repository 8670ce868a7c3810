import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { median, peakOf, round, say } from '../measure.ts'
import { type ArchiveFigures, archiveCommand, backUp } from './command.ts'
import { makeStore, removeStore, type Shape } from './objects.ts'

const NAME = 'BnThing'
const SMALL_COUNT = 10_000
const SMALL_ROUNDS = 3

const FORMATS = { jsonl: 300, parquet: 500 } as const

/** The most memory that the command holds for many objects, beside a few of the same kind. */
export async function benchArchiveMemory(home: string, shape: Shape): Promise<void> {
  const [small, large] = [join(home, 'small.db'), join(home, 'large.db')]
  await makeStore(small, NAME, { ...shape, count: SMALL_COUNT })
  await makeStore(large, NAME, shape)
  for (const [format, below_mb] of Object.entries(FORMATS)) {
    const { backups, restores } = await smallPeaks(home, small, format)
    const archive = join(home, 'many')
    const whole = await backUp(NAME, `sqlite:${large}`, archive, home, '--format', format)
    sayPeaks(`peak memory of col backup, ${format}`, backups, whole, { at_most: 1.3, below_mb })
    const restored = await restore(home, archive)
    sayPeaks(`peak memory of col restore, ${format}`, restores, restored, { at_most: 1.3, below_mb })
    rmSync(archive, { recursive: true })
  }
  for (const store of [small, large]) removeStore(store)
}

async function smallPeaks(home: string, store: string, format: string) {
  const archive = join(home, 'few')
  const [backups, restores]: [ArchiveFigures[], ArchiveFigures[]] = [[], []]
  for (let n = 0; n < SMALL_ROUNDS; n++) {
    backups.push(await backUp(NAME, `sqlite:${store}`, archive, home, '--format', format))
    restores.push(await restore(home, archive))
  }
  rmSync(archive, { recursive: true })
  return { backups, restores }
}

async function restore(home: string, archive: string): Promise<ArchiveFigures> {
  const store = join(home, 'restored.db')
  removeStore(store)
  const figures = await archiveCommand(['restore', archive, '--target', `sqlite:${store}`], home)
  removeStore(store)
  return figures
}

function sayPeaks(
  what: string,
  small: readonly ArchiveFigures[],
  large: ArchiveFigures,
  bounds: Readonly<Record<string, number>>,
): void {
  const small_peak_mb = round(median(small.map((one) => peakOf([one]))), 0)
  say(what, {
    objects: large.objects,
    small_objects: small[0]!.objects,
    small_peak_mb,
    large_peak_mb: peakOf([large]),
    large_per_s: round(large.rate, 0),
    ratio: round(peakOf([large]) / small_peak_mb),
    ...bounds,
  })
}
