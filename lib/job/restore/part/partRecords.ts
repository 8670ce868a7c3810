import { hintedFailure } from '../../../run/failure.ts'
import type { RestoreRun } from '../run.ts'
import type { SourcePart } from '../source/source.ts'
import type { PlacedLink, SpoolFile, WrittenObject } from '../target/partSpool.ts'
import type { BatchOutcome } from './tally.ts'

/** What is recorded about the objects of a part until all parts are written. */
export interface PartRecords {
  readonly links: SpoolFile<PlacedLink> | undefined
  readonly writes: SpoolFile<WrittenObject> | undefined
}

/** Opens the records of a part. */
export async function beginRecords(
  { plan, kept, existing }: RestoreRun,
  { name }: SourcePart,
): Promise<PartRecords> {
  // A merged object may have references that the archive does not know.
  const refers = existing === undefined ? plan.references.length > 0 : existing.traces.refers
  return {
    links: refers ? await kept.spool.begin(name) : undefined,
    writes: existing === undefined ? undefined : await kept.writes.begin(name),
  }
}

/** Closes the records of a part. */
export async function endRecords({ links, writes }: PartRecords): Promise<void> {
  await links?.end()
  await writes?.end()
}

/** The references of the written objects of a batch. */
export function linksOf({ written }: BatchOutcome): PlacedLink[][] {
  return written.flatMap(({ object: { tenant }, links }) => {
    if (links.length === 0) return []
    return [links.map((link) => (tenant === undefined ? link : { ...link, tenant }))]
  })
}

/** The traces of the written objects of a batch; none for a new class. */
export function writesOf({ existing }: RestoreRun, { written }: BatchOutcome): WrittenObject[][] {
  if (existing === undefined) return []
  return written.map(({ expected }) => {
    const { id, tenant } = expected
    return [{ id, ...(tenant !== undefined && { tenant }), wrote: existing.traces.of(expected) }]
  })
}

/** Records that a part is damaged, and reports it. */
export function noteDamage(run: RestoreRun, { name }: SourcePart, error: Error): void {
  run.progress.damaged.set(name, error.message)
  run.frame.emit({ type: 'part_damaged', part: name, error: hintedFailure(error) })
}
