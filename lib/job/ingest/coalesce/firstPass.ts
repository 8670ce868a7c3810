import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { effects } from '../../../change/effect.ts'
import type { Line, RawLine } from '../../../core/line.ts'
import type { Reject } from '../../../core/reject.ts'
import type { InputMark, PlanMark } from '../../../run/checkpoint.ts'
import { LinesDigest } from '../../../stream/lines/digest.ts'
import { type Input, open } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import type { Plan } from './plan.ts'
import { Planner } from './planner.ts'

/** What a first pass found. */
export interface FirstPass {
  readonly plan: Plan
  /** Of each input that was read the last record, with the digest of all up to it. */
  readonly ends: readonly InputMark[]
  readonly mark: PlanMark
  /** False where the inputs do not begin with what an earlier pass has read. */
  readonly continues: boolean
}

/**
 * Reads all inputs once, writes nothing, and finds the records that decide how each path ends. `earlier` is how far the
 * pass of an interrupted run reached. A fault of an input ends it there: what is behind is not planned, and whoever reads
 * it next meets the fault itself.
 * Memory: that of the planner, and of the stages.
 */
export async function firstPass(
  inputs: readonly Input[],
  options: IngestOptions,
  signal: AbortSignal,
  earlier?: PlanMark,
): Promise<FirstPass> {
  const planner = new Planner()
  const marks = new Marks(earlier)
  const effectOf = effects({ ...operationsOptions(options), strict: options.strict })
  try {
    for (const input of inputs) {
      planner.beginInput()
      const digest = new LinesDigest()
      const isWhole = await readInput(input, options, signal, (item) => {
        digest.update(item)
        planner.add(item.line, effectOf(item))
        marks.pass(item.line, digest)
      })
      signal.throwIfAborted()
      marks.end(digest)
      if (!isWhole) break
    }
    const { ends, continues } = marks
    return { plan: await planner.decide(), ends, mark: markOf(ends), continues }
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
  take: (item: Line | RawLine | Reject) => void,
): Promise<boolean> {
  const { stages } = open(input, { ...options, raw: true }, signal)
  const end = new Writable({
    objectMode: true,
    write(item: Line | RawLine | Reject, _, done) {
      take(item)
      done()
    },
  })
  return pipeline([...stages, end], { signal }).then(
    () => true,
    () => false,
  )
}

/** Notes how the inputs end, and whether they pass through where an earlier reading of them ended. */
class Marks {
  readonly ends: InputMark[] = []
  continues: boolean
  readonly #earlier: PlanMark | undefined
  #line = 0

  constructor(earlier: PlanMark | undefined) {
    this.#earlier = earlier
    this.continues = earlier === undefined
  }

  pass(line: number, digest: LinesDigest): void {
    this.#line = line
    if (line === this.#earlier?.line && this.ends.length === this.#earlier.inputs - 1)
      this.continues = markOf([...this.ends, { line, digest: digest.hex() }]).digest === this.#earlier.digest
  }

  end(digest: LinesDigest): void {
    if (this.#line === 0) this.pass(0, digest)
    this.ends.push({ line: this.#line, digest: digest.hex() })
    this.#line = 0
  }
}

function markOf(ends: readonly InputMark[]): PlanMark {
  const digest = createHash('sha256').update(JSON.stringify(ends.map(({ line, digest }) => [line, digest])))
  return { inputs: ends.length, line: ends.at(-1)?.line ?? 0, digest: digest.digest('hex') }
}
