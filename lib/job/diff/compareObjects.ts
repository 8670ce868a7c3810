import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { commonRanges, joinObjects } from '../../archive/object/join.ts'
import type { ObjectRange } from '../../archive/object/source.ts'
import { pool } from '../../async/pool.ts'
import type { Retrying } from '../../async/retry.ts'
import type { Stage } from '../../core/stage.ts'
import { slices } from '../../core/value/slices.ts'
import { type Concatenation, concatenate } from '../../stream/concatenate.ts'
import { mapChunks } from '../../stream/mapChunks.ts'
import { collectionFindings } from './collection.ts'
import { type Comparer, comparerOf } from './comparer.ts'
import type { Comparison } from './context.ts'
import { findDifferences, type PageCounts } from './findDifferences.ts'
import { type Finding, type PairFinding, withoutObjects } from './finding.ts'
import { InactiveTenants } from './inactiveTenants.ts'
import { type ComparisonUnit, comparisonWork } from './plan.ts'
import { RangeCounts } from './rangeCounts.ts'
import { type Clock, type RereadObjects, recheck } from './recheck.ts'
import { isSelected, type OpenSides, openSides } from './side/openSides.ts'
import type { DiffSide, SideReadOptions } from './side/side.ts'

const FINDINGS_A_PAGE = 500

const CLOCK: Clock = { now: () => Date.now(), wait: (ms, signal) => wait(ms, undefined, { signal }) }

/**
 * Writes the differences to the output: first those of the collection, then those of objects, in order of tenant and
 * id. Ranges are read in parallel; findings wait for their turn, so a range with many differences holds up the others.
 */
export async function compareObjects(comparison: Comparison): Promise<void> {
  const { options, request: asked, left, right, run } = comparison
  const ended = new AbortController()
  const signal = AbortSignal.any([run.signal, ended.signal])
  const retry = run.retrying(options.retryForMs, signal)
  const opened = await openSides(comparison, { retry, signal })
  try {
    const compare = comparerOf(left, right, { ...asked, vectors: opened.vectors })
    const tenants = new InactiveTenants(comparison, retry)
    const merged = concatenate<readonly PairFinding[]>()
    const fail = (error: unknown) => {
      ended.abort(error)
      merged.source.destroy(error as Error)
    }
    const stages = [
      merged.source,
      ...stagesOf(comparison, compare, tenants, opened.readings),
      stripped(comparison),
    ]
    const flowing = pipeline([...stages, run.context.output ?? nowhere()], { signal }).catch(fail)
    const first = pipeline(Readable.from(headOf(comparison, opened)), merged.next(), { signal }).catch(fail)
    const work = { comparison, opened, compare, tenants, merged, retry, signal }
    const reading = readAll(work).then(() => merged.end(), fail)
    await Promise.all([flowing, first, reading])
    await tenants.close()
    run.signal.throwIfAborted()
    ended.signal.throwIfAborted()
  } finally {
    await opened.close()
  }
}

/** The findings before objects are read. */
function* headOf(
  { left, right, options, request: asked }: Comparison,
  opened: OpenSides,
): Generator<readonly Finding[]> {
  const ofCollection = options.schema ? [...collectionFindings(left, right, asked.includesTenant)] : []
  yield* slices([...ofCollection, ...opened.findings], FINDINGS_A_PAGE)
}

function stagesOf(
  { left, right, options, run, tally }: Comparison,
  compare: Comparer,
  tenants: InactiveTenants,
  readings: OpenSides['readings'],
): Stage<readonly PairFinding[], readonly Finding[]>[] {
  const { recheckAfterMs: afterMs, all } = options
  if (afterMs === 0 || (left.live === undefined && right.live === undefined)) return []
  return [
    recheck({
      compare,
      left: readAgain(left, readings.left),
      right: readAgain(right, readings.right),
      all,
      afterMs,
      isWritten: (tenant) => !tenants.isAsleep(tenant),
      onSettled: (how) => {
        tally[how] += 1
      },
      clock: run.context.clock ?? CLOCK,
      signal: readings.left.signal,
    }),
  ]
}

function readAgain({ live, tenants }: DiffSide, reading: SideReadOptions): RereadObjects | undefined {
  if (live === undefined) return undefined
  const known = tenants && new Set(tenants.map(({ name }) => name))
  return async (ids, tenant) => {
    if (tenant !== undefined && known?.has(tenant) !== true) return []
    const found = await live.readMany(ids, tenant, reading)
    return found.filter((object) => isSelected(object, reading))
  }
}

/** Counts what passes, and drops the objects. */
function stripped({ tally }: Comparison): Stage<readonly PairFinding[], readonly Finding[]> {
  return mapChunks((page) =>
    page.map((compared): Finding => {
      tally.add(compared)
      return compared.of === 'object' ? withoutObjects(compared) : compared
    }),
  )
}

function nowhere(): Writable {
  return new Writable({ objectMode: true, highWaterMark: 1, write: (_page, _encoding, done) => done() })
}

interface Reader {
  readonly comparison: Comparison
  readonly opened: OpenSides
  readonly compare: Comparer
  readonly tenants: InactiveTenants
  readonly merged: Concatenation<readonly PairFinding[]>
  readonly retry: Retrying
  readonly signal: AbortSignal
}

async function readAll(reader: Reader): Promise<void> {
  const { comparison, opened, tenants, merged, retry, signal } = reader
  const { left, right, isSequential } = opened
  const ranges = commonRanges(left, right).filter(({ tenant }) => comparison.request.includesTenant(tenant))
  const work = comparisonWork(ranges, (tenant) => tenants.isAsleep(tenant))
  const workers = isSequential ? 1 : workersFor(comparison)
  const counts = new RangeCounts(comparison, ranges, { retry, signal })
  tenants.announce()
  await pool(work, { workers, signal }, async ({ asleep, ranges }: ComparisonUnit, ownSignal) => {
    // Created before any waiting: findings come in the order in which these are created.
    const outputs = ranges.map((range) => [range, merged.next()] as const)
    if (asleep !== undefined) await tenants.wake(asleep)
    for (const [range, output] of outputs) {
      await counts.begin(range)
      const onCounts = (page: PageCounts) => counts.add(range, page)
      await pipeline(joinedRange(reader, range, ownSignal), differingIn(reader, onCounts), output, {
        signal: ownSignal,
      })
      await counts.end(range)
    }
    if (asleep !== undefined) await tenants.putBack(asleep)
  })
}

/** A store that takes one call at a time is no faster for two readers. */
function workersFor({ left, right, options }: Comparison): number {
  const inFlight = [left, right].flatMap(({ live }) => live?.store.maxInFlight ?? [])
  return Math.min(options.workers, ...inFlight)
}

function joinedRange({ comparison, opened }: Reader, range: ObjectRange, signal: AbortSignal) {
  const names = { left: comparison.left.name, right: comparison.right.name }
  return joinObjects(opened.left, opened.right, range, { names, signal })
}

function differingIn({ comparison, compare }: Reader, onCounts: (page: PageCounts) => void) {
  const { tally, run, options, left, right } = comparison
  const total = Math.max(left.about ?? 0, right.about ?? 0)
  const onPage = (counts: PageCounts) => {
    tally.left += counts.left
    tally.right += counts.right
    tally.equal += counts.equal
    tally.compared += counts.pairs
    onCounts(counts)
    run.emit({ type: 'progress', unit: 'objects', done: tally.compared, ...(total > 0 && { total }) })
  }
  return findDifferences({ compare, all: options.all, onPage })
}
