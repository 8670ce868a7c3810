import type { Chain } from '../../../archive/chain/chain.ts'
import type { BackupJob } from '../job.ts'
import { shareOf } from '../options.ts'
import { scanProjection } from '../plan.ts'
import { pageTransform } from '../scan/transforms.ts'
import { proveUnchanged } from './proof.ts'
import { unchangedBefore } from './times.ts'

/**
 * True if an increment can be based on this archive: with --prove, only if a sample shows no changed object with an
 * unchanged update time. Reports one that has changed.
 */
export async function provedBase({ run, task, subject, retry }: BackupJob, base: Chain): Promise<boolean> {
  const { store, options } = task
  if (options.prove === undefined) return true
  const difference = await retry(async () => store.clockDifferenceMs?.())
  const { manifest } = base.newest
  const source = { ...manifest.source, target: store.target }
  const now = { source, ...(difference !== undefined && { clock_difference_ms: difference }) }
  const unchangedBeforeMs = unchangedBefore(manifest, now, options)
  // Then all objects are read anyway.
  if (unchangedBeforeMs === undefined) return true
  const states = new Map(subject.tenants?.map(({ name, state }) => [name, state]))
  const { objects, changed } = await proveUnchanged({
    base,
    collection: store.collection(subject.schema.class),
    projection:
      subject.selection?.projection(scanProjection(options.vectors)) ?? scanProjection(options.vectors),
    unchangedBeforeMs,
    share: shareOf(options.prove),
    transform: pageTransform({
      ...{ selection: subject.selection, transforms: subject.transforms, invalid: undefined },
      // A refused object is not in the base.
      onRefused: () => {},
      signal: run.signal,
    }),
    isAwake: (tenant) => tenant === undefined || states.get(tenant) === 'active',
    retry,
    signal: run.signal,
  })
  const facts = { archive: manifest.id, objects }
  if (changed === undefined) run.emit({ type: 'unchanged_proved', ...facts })
  else run.emit({ type: 'times_disproved', ...facts, id: changed })
  return changed === undefined
}
