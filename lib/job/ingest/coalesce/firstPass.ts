import { createHash } from 'node:crypto'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { effects } from '../../../change/effect/effect.ts'
import type { Line, RawLine } from '../../../core/line.ts'
import type { Reject } from '../../../core/reject.ts'
import type { PlanMark } from '../../../run/checkpoint.ts'
import { fingerprint } from '../../../stream/lines/fingerprint.ts'
import { type Input, open } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import { DigestMap } from './digestMap.ts'
import type { Plan } from './plan.ts'
import { Planner } from './planner.ts'

/** What a first pass found. */
export interface FirstPass {
  readonly plan: Plan
  /** Of each input that was read. */
  readonly digests: readonly DigestMap[]
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
  const digests: DigestMap[] = []
  const effectOf = effects({ ...operationsOptions(options), strict: options.strict })
  let continues = earlier === undefined
  const meets = () => {
    continues = markOf(digests).digest === earlier?.digest
  }
  try {
    for (const input of inputs) {
      planner.beginInput()
      const digest = new DigestMap()
      digests.push(digest)
      if (earlier?.line === 0 && digests.length === earlier.inputs) meets()
      const isWhole = await readInput(input, options, signal, (item) => {
        digest.add(item)
        planner.add(item.line, effectOf(item), fingerprint(item))
        if (item.line === earlier?.line && digests.length === earlier.inputs) meets()
      })
      signal.throwIfAborted()
      if (!isWhole) break
    }
    return { plan: await planner.decide(), digests, mark: markOf(digests), continues }
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

function markOf(digests: readonly DigestMap[]): PlanMark {
  const ends = digests.map(({ end }) => end)
  const digest = createHash('sha256').update(JSON.stringify(ends.map(({ line, digest }) => [line, digest])))
  return { inputs: ends.length, line: ends.at(-1)?.line ?? 0, digest: digest.digest('hex') }
}
