import { ObjectsDigest, sumOfDigests } from '../archive/digest.ts'
import type { IdRange, Manifest } from '../archive/manifest.ts'
import type { Store } from '../store/store.ts'
import { patient } from '../stream/retry.ts'
import { whatOf } from './backupPlan.ts'
import { scan } from './scan.ts'

/**
 * How a collection differs now from an archive of it, a sentence a range: by count, then by digest. Memory: a
 * page.
 */
export async function liveFaults(
  manifest: Manifest,
  store: Store,
  name = manifest.collection,
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  const retry = patient({ forMs: 120_000, signal })
  const what = whatOf(manifest.encoding.vectors !== 'none')
  const faults: string[] = []
  for (const [index, range] of manifest.ranges.entries()) {
    const { tenant, after, up_to: upTo } = range
    const call = { signal, ...(tenant !== undefined && { tenant }) }
    const stretch = { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }) }
    const digest = new ObjectsDigest()
    let objects = 0
    for await (const page of scan(store.collection(name), what, stretch, call, retry)) {
      for (const object of page) digest.add(object)
      objects += page.length
    }
    const parts = manifest.parts.filter((part) => part.range === index)
    const archived = parts.reduce((sum, part) => sum + part.objects, 0)
    if (objects !== archived) {
      faults.push(`${said(range)}: ${store.target} has ${objects} objects, the archive ${archived}`)
    } else if (digest.hex() !== sumOfDigests(parts.map((part) => part.digest))) {
      faults.push(`${said(range)}: ${store.target} has ${objects} objects as well, but others`)
    }
  }
  return faults
}

function said({ tenant, after, up_to }: IdRange): string {
  const where = tenant === undefined ? '' : ` of tenant ${tenant}`
  if (after === undefined && up_to === undefined) return `all ids${where}`
  return `ids after ${after ?? 'the first'} up to ${up_to ?? 'the last'}${where}`
}
