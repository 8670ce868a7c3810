import { filteredObjects } from '../../../archive/object/filterPages.ts'
import { commonRanges } from '../../../archive/object/join.ts'
import type { ObjectSource } from '../../../archive/object/source.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Side } from '../../../stream/mergeJoin.ts'
import type { Comparison } from '../context.ts'
import type { Finding, UnreadableFinding, VectorsFinding } from '../finding.ts'
import { lacksVectors } from '../plan.ts'
import type { DiffSide, SideReadOptions } from './side.ts'

/** Both sides, opened. */
export interface OpenSides {
  readonly left: ObjectSource
  readonly right: ObjectSource
  /** Findings from opening the sides. */
  readonly findings: readonly Finding[]
  /** False if vectors are not compared because one side has none. */
  readonly vectors: boolean
  /** True if a side is read in one piece. */
  readonly isSequential: boolean
  readonly readings: Readonly<Record<Side, SideReadOptions>>
  close(): Promise<void>
}

/** How many lines that are not objects are listed; all are counted. */
const MOST_UNREADABLE = 1000

/** How many ranges are searched for a first object. */
const MOST_LOOKS = 8

/** Opens both sides; requests from a store only what the other side has. */
export async function openSides(
  comparison: Comparison,
  { retry, signal }: Pick<SideReadOptions, 'retry' | 'signal'>,
): Promise<OpenSides> {
  const { left, right, request: asked, options, tally } = comparison
  const unreadable: UnreadableFinding[] = []
  const readingOf = (side: Side, vectors: boolean): SideReadOptions => ({
    projection: { ...asked.projection, vectors },
    selections: asked.selections[side],
    cut: isToCut(side, side === 'left' ? right : left),
    workers: options.workers,
    retry,
    signal,
    onReject: (reject) => {
      const { code, reason, line } = reject
      const where = `${comparison[side].name}, line ${line}`
      if (unreadable.length < MOST_UNREADABLE)
        unreadable.push({ of: 'unreadable', sign: '!', side, where, code, reason })
      else tally.unreadable += 1
    },
  })
  const opened: ObjectSource[] = []
  const open = async (side: Side, vectors: boolean) => {
    const reading = readingOf(side, vectors)
    const source = await comparison[side].open(reading)
    opened.push(source)
    return reading.selections.some((one) => one.isPartial)
      ? filteredObjects(source, (object) => isSelected(object, reading))
      : source
  }
  const close = async () => {
    for (const source of opened) await source.close()
  }
  try {
    const first = { left: await open('left', asked.vectors), right: await open('right', asked.vectors) }
    const lacking = asked.vectors ? await sideWithoutVectors(comparison, first) : undefined
    const vectors = asked.vectors && lacking === undefined
    // What is not compared need not be read.
    const again = (side: Side) =>
      lacking !== undefined && comparison[side].live !== undefined ? open(side, false) : first[side]
    const sources = { left: await again('left'), right: await again('right') }
    const isSequential = sources.left.isSequential === true || sources.right.isSequential === true
    const findings = [...(lacking === undefined ? [] : [vectorsFinding(lacking)]), ...unreadable]
    const readings = { left: readingOf('left', vectors), right: readingOf('right', vectors) }
    return { ...sources, findings, vectors, isSequential, readings, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** True for an object that is compared. */
export function isSelected(
  object: StoredObject,
  { selections }: Pick<SideReadOptions, 'selections'>,
): boolean {
  return selections.every((one) => one.selects(object))
}

/** For the case that both sides could be divided: whether this one is. */
function isToCut(side: Side, other: DiffSide): boolean {
  return other.isCut !== true && (side === 'left' || other.live === undefined)
}

function vectorsFinding(lacking: Side): VectorsFinding {
  return { of: 'vectors', sign: lacking === 'left' ? '-' : '+' }
}

/** The side that was made without vectors, or whose first objects have none although some of the other side do. */
async function sideWithoutVectors(
  { left, right }: Comparison,
  sources: Readonly<Record<Side, ObjectSource>>,
): Promise<Side | undefined> {
  const ranges = commonRanges(sources.left, sources.right).slice(0, MOST_LOOKS)
  const lacks = async (side: DiffSide, source: ObjectSource): Promise<boolean | undefined> => {
    if (side.withoutVectors === true) return true
    for (const range of ranges) {
      const isAwake = side.tenants?.find(({ name }) => name === range.tenant)?.state ?? 'active'
      if (isAwake !== 'active' || !source.ranges.some(({ tenant }) => tenant === range.tenant)) continue
      const found = await lacksVectors(source, range)
      if (found !== undefined) return found
    }
    return undefined
  }
  const [ofLeft, ofRight] = [await lacks(left, sources.left), await lacks(right, sources.right)]
  if (ofLeft === ofRight || ofLeft === undefined || ofRight === undefined) return undefined
  return ofLeft ? 'left' : 'right'
}
