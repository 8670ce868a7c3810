import { openArchive } from '../../../lib/archive/archive.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { sumCounts } from '../../../lib/core/report.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import type { RestoreSource } from '../../../lib/job/restore/source/source.ts'
import type { Store } from '../../../lib/store/store.ts'

/** Several parts for some hundred things. */
export const SMALL = { partSize: 20_000, compression: 'zstd' } as const

/** An archive in memory as what a restore reads. */
export async function sourceOf(files: Files): Promise<RestoreSource> {
  return archiveSource(await openArchive(memoryStorage(files)))
}

/** All objects of a collection, or of one of its tenants, references included, in order of id. */
export async function objectsOf(store: Store, name: string, tenant?: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  const what = { properties: 'all', vectors: true, references: true } as const
  const call = tenant === undefined ? {} : { tenant }
  for await (const page of store.collection(name).read(what, {}, call)) objects.push(...page)
  return objects
}

/** A report with how many were rejected and skipped: to `t.match` an empty object is like any other. */
export function summed<R extends Pick<RestoreReport, 'rejected' | 'skipped'>>(report: R) {
  return { ...report, rejected: sumCounts(report.rejected), skipped: sumCounts(report.skipped) }
}
