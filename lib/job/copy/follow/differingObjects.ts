import { Writable } from 'node:stream'
import type { Retrying } from '../../../async/retry.ts'
import { slices } from '../../../core/value/slices.ts'
import type { Collection, Projection } from '../../../store/store.ts'
import type { Finding, ObjectFinding } from '../../diff/finding.ts'

/** More differing objects than this are not checked one by one. */
const MOST = 10_000
const IDS_A_READ = 500
const TIMES: Projection = { properties: [], vectors: false, times: true }

/** Objects that a comparison found to differ. Memory: as many ids as are checked. */
export class DifferingObjects {
  readonly #objects: ObjectFinding[] = []
  #more = 0

  /** Receives the findings of a comparison. */
  readonly output = new Writable({
    objectMode: true,
    write: (page: readonly Finding[], _encoding, done) => {
      for (const one of page) this.#add(one)
      done()
    },
  })

  #add(one: Finding): void {
    if (one.of !== 'object' || one.sign === '=') return
    if (this.#objects.length < MOST) this.#objects.push(one)
    else this.#more += 1
  }

  /**
   * The objects that differ although the source was not written to since: they were written earlier or differed before,
   * so they are not on their way.
   */
  async standing(source: Collection, sinceMs: number, before: DifferingObjects | undefined, retry: Retrying) {
    const earlier = new Set(before === undefined ? [] : before.#objects.map(placeOf))
    let standing = this.#more
    for (const [tenant, group] of Map.groupBy(this.#objects, (one) => one.tenant)) {
      const call = { provesAbsence: true, ...(tenant !== undefined && { tenant }) }
      for (const some of slices(group, IDS_A_READ)) {
        const ids = some.map(({ id }) => id)
        const stored = await retry(() => source.readMany(ids, TIMES, call))
        const updated = new Map(stored.map(({ id, updatedMs = 0 }) => [id, updatedMs]))
        for (const object of some) {
          const updatedMs = updated.get(object.id)
          const isMoving = updatedMs === undefined ? !earlier.has(placeOf(object)) : updatedMs >= sinceMs
          if (!isMoving) standing += 1
        }
      }
    }
    return standing
  }
}

function placeOf({ id, tenant = '' }: ObjectFinding): string {
  return `${tenant}/${id}`
}
