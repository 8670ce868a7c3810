import { setTimeout as wait } from 'node:timers/promises'
import { pool } from '../../../async/pool.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { pluralize } from '../../../core/units.ts'
import { ObjectBatches } from '../../../store/objectBatches.ts'
import type { Projection } from '../../../store/store.ts'
import { readersBack } from '../readBack.ts'
import type { RestoreRun } from '../run.ts'
import type { WrittenObject } from '../target/partSpool.ts'
import type { RestoreVerification } from '../verify.ts'

/** A replica may answer late: how often a differing object is read again, and after how long. */
const READ_AGAIN = 2
const AGAIN_AFTER_MS = 1000
const IDS_NAMED = 5

/**
 * Reads back what was written into a class that others write to as well: compares each written object, and ignores the
 * rest of the class. Several parts at once. Null with --no-verify. Memory: for each of them some objects, of about
 * 16 MiB.
 * @throws ElysiaError ELYSIA_INCOMPLETE, naming objects that differ from what was written
 */
export async function verifyWritten(run: RestoreRun): Promise<RestoreVerification | null> {
  const { progress, options, frame } = run
  if (!options.verify) return null
  let [expected, refused] = [0, 0]
  for (const { written, referencesRejected } of progress.parts.values()) {
    expected += written
    refused += referencesRejected
  }
  const batches = new ObjectBatches()
  const different: WrittenObject[] = []
  let [differing, lacking, count] = [0, 0, 0]
  const pooled = { workers: readersBack(run), signal: frame.signal, stop: frame.stop }
  await pool(progress.parts.keys(), pooled, async (part, signal) => {
    for await (const some of run.kept.writes.read(part)) {
      frame.stop.throwIfAborted()
      const wrong = await differences(some, { run, batches, signal, mayLack: refused > 0 })
      // Each refused reference leaves at most one object without all of them.
      lacking += wrong.lacking.length
      const bad = lacking > refused ? [...wrong.other, ...wrong.lacking] : wrong.other
      differing += wrong.other.length
      different.push(...bad.slice(0, IDS_NAMED - different.length))
      count += some.length
      frame.emit({ type: 'progress', unit: 'objects', phase: 'reading back', done: count, total: expected })
    }
  })
  if (lacking > refused) differing += lacking - refused
  if (differing > 0) throw notWritten(run, differing, different)
  return { count, expected, digest_equal: true }
}

/** Objects that are not what was written. */
interface Differences {
  readonly other: WrittenObject[]
  /** Those that lack references alone. */
  readonly lacking: WrittenObject[]
}

interface Comparing {
  readonly run: RestoreRun
  readonly batches: ObjectBatches
  readonly signal: AbortSignal
  /** Some references were refused, so that waiting for those that are missing does not help. */
  readonly mayLack: boolean
}

async function differences(objects: readonly WrittenObject[], comparing: Comparing): Promise<Differences> {
  const lacking: WrittenObject[] = []
  let other = await unlike(objects, comparing, lacking)
  for (let again = 0; other.length > 0 && again < READ_AGAIN; again++) {
    await wait(AGAIN_AFTER_MS, undefined, { signal: comparing.signal })
    other = await unlike(other, comparing, lacking)
  }
  return { other, lacking }
}

/** Adds objects that lack references alone to `lacking`, if some may; otherwise they are returned like all others. */
async function unlike(
  objects: readonly WrittenObject[],
  { run, batches, signal, mayLack }: Comparing,
  lacking: WrittenObject[],
): Promise<WrittenObject[]> {
  const { collection, retry, existing } = run
  const { traces } = existing!
  const projection: Projection = { properties: 'all', vectors: true, references: traces.refers }
  const wrong: WrittenObject[] = []
  for (const [tenant, group] of Map.groupBy(objects, (one) => one.tenant)) {
    const call = { signal, provesAbsence: true, ...(tenant !== undefined && { tenant }) }
    const wanted = new Map(group.map((one) => [one.id, one]))
    const read = (some: readonly string[]) => retry(() => collection.readMany(some, projection, call))
    for await (const { ids, objects: found } of batches.read([...wanted.keys()], read)) {
      const there = new Map(found.map((object) => [object.id, object]))
      for (const id of ids) {
        const [written, object] = [wanted.get(id)!, there.get(id)]
        if (object !== undefined && traces.matches(object, written.wrote)) continue
        const isUnlinked =
          object !== undefined && traces.matches(object, written.wrote, { partlyLinked: true })
        const list = isUnlinked && mayLack ? lacking : wrong
        list.push(written)
      }
    }
  }
  return wrong
}

function notWritten(run: RestoreRun, count: number, some: readonly WrittenObject[]): ElysiaError {
  const ids = some.map(({ id }) => id).join(', ')
  const more = count > some.length ? ', …' : ''
  const fact = `${pluralize(count, 'object')} of ${run.class} in ${run.store.target} ${count === 1 ? 'is' : 'are'} not what was written: ${ids}${more}`
  return new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: 'somebody else may have written to them since; run the same command again to write them again, or compare with `elysiactl diff`',
  })
}
