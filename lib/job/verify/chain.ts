import { basename } from 'node:path'
import type { Chain } from '../../archive/chain/chain.ts'
import { chainObjects } from '../../archive/chain/objects.ts'
import { MANIFEST_FILE } from '../../archive/files.ts'
import type { Manifest } from '../../archive/manifest.ts'
import { ObjectsDigest, sumOfDigests } from '../../archive/object/digest.ts'
import { pool } from '../../async/pool.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Run } from '../../run/run.ts'
import { checkFiles } from './files.ts'
import type { Findings } from './findings.ts'

/** Checks the files of all bases of an increment; findings name each base by its directory. */
export async function checkBases({ links, newest }: Chain, found: Findings, run: Run): Promise<void> {
  for (const link of links) {
    if (link === newest || found.full) continue
    found.base = link.manifest.id
    await checkFiles(link, found, run, `${basename(link.storage.text)}/`)
    found.base = undefined
  }
}

/** The content of a chain in a range. */
interface RangeState {
  readonly objects: number
  readonly digest: string
}

/**
 * Reads the content of a chain, range by range, and compares it with what the increment says about the total. Returns
 * it as the manifest of a full archive would: a part for each range. Memory: two pages of each link, for each worker.
 */
export async function checkState(chain: Chain, findings: Findings, run: Run): Promise<Manifest> {
  const { manifest } = chain.newest
  const source = chainObjects(chain)
  const states: RangeState[] = []
  await pool(
    source.ranges.entries(),
    { workers: findings.options.workers, signal: run.signal },
    async ([at, range]) => {
      states[at] = await stateIn(source.pages(range))
    },
  )
  const objects = states.reduce((sum, one) => sum + one.objects, 0)
  const digest = sumOfDigests(states.map((one) => one.digest))
  const { state } = manifest
  if (state !== undefined && (objects !== state.objects || digest !== state.digest)) {
    const fact = `with its bases it holds ${objects} objects, which are not the ${state.objects} that it declares`
    findings.add({ file: MANIFEST_FILE, fact, part: false })
  }
  const parts = states.map((one, range) => ({ ...one, range }))
  return {
    ...manifest,
    parts: parts as unknown as Manifest['parts'],
    totals: { ...manifest.totals, objects, digest },
  }
}

async function stateIn(pages: AsyncIterable<readonly StoredObject[]>): Promise<RangeState> {
  const digest = new ObjectsDigest()
  let objects = 0
  for await (const page of pages) {
    for (const object of page) digest.add(object)
    objects += page.length
  }
  return { objects, digest: digest.hex() }
}
