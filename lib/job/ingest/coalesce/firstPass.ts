import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { itemMaker } from '../../../change/operations.ts'
import { validateLine } from '../../../change/validate.ts'
import type { Item } from '../../../core/entry.ts'
import type { Line } from '../../../core/line.ts'
import type { Reject } from '../../../core/reject.ts'
import { LinesDigest } from '../../../stream/lines/digest.ts'
import { parseLine } from '../../../stream/parseJson.ts'
import { type Input, open } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import { effectOf } from './effect.ts'
import type { Plan } from './plan.ts'
import { Planner } from './planner.ts'

/** How far a plan reaches: the inputs that it read, the last line of the last one, and a digest of all of it. */
export interface PlanMark {
  readonly inputs: number
  readonly line: number
  readonly digest: string
}

/** What a line asks for, as the stages of an ingest make it. */
export function lineItems(options: IngestOptions): (item: Line | Reject) => Item {
  const itemOf = itemMaker(operationsOptions(options))
  const { strict } = options
  return (item) => itemOf(validateLine(parseLine(item), { strict }))
}

/**
 * Reads all inputs once and finds the records that decide how each path ends.
 * A fault of an input ends the reading there: what is behind it is not planned, and the second pass meets the fault itself.
 */
export async function firstPass(
  inputs: readonly Input[],
  options: IngestOptions,
  signal: AbortSignal,
): Promise<Plan> {
  const planner = new Planner()
  const itemOf = lineItems(options)
  try {
    for (const input of inputs) {
      planner.beginInput()
      const isWhole = await readInput(input, options, signal, (item) =>
        planner.add(item.line, effectOf(itemOf(item))),
      )
      signal.throwIfAborted()
      if (!isWhole) break
    }
    return await planner.decide()
  } catch (error) {
    planner.close()
    throw error
  }
}

/** False where the input could not be read to its end. */
async function readInput(
  input: Input,
  options: IngestOptions,
  signal: AbortSignal,
  take: (item: Line | Reject) => void,
): Promise<boolean> {
  const { stages } = open(input, options, signal)
  const digest = new LinesDigest()
  const end = new Writable({
    objectMode: true,
    write(item: Line | Reject, _, done) {
      digest.update(item)
      take(item)
      done()
    },
  })
  try {
    await pipeline([...stages, end], { signal })
    return true
  } catch {
    return false
  }
}
