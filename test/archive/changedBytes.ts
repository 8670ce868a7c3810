// Bytes changed at random, and what a reader may make of them.
import fc from 'fast-check'
import { runs, tried } from '../runs.ts'

/** Changes of each kind of file; more by the environment. */
export const RUNS = runs(12)

/** What flips, drops, doubles, inserts and splices make of bytes. */
const change = fc.record({
  kind: fc.constantFrom('flip', 'drop', 'double', 'insert', 'splice'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.integer({ min: 1, max: 64 }),
  byte: fc.integer({ min: 1, max: 255 }),
})
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((all, { kind, at, length, byte }) => {
    const from = Math.floor(at * all.length)
    const [head, piece, tail] = [
      all.subarray(0, from),
      all.subarray(from, from + length),
      all.subarray(from + length),
    ]
    if (kind === 'drop') return Buffer.concat([head, tail])
    if (kind === 'double') return Buffer.concat([head, piece, piece, tail])
    if (kind === 'insert') return Buffer.concat([head, Buffer.alloc(length, byte), piece, tail])
    if (kind === 'splice') return Buffer.concat([tail, head, piece])
    return Buffer.concat([head, piece.map((value, n) => (n === 0 ? value ^ byte : value)), tail])
  }, bytes)
}

const EARNED = /^ELYSIA_(DAMAGED|COMPRESSION|INPUT|CONFLICT|NOT_FOUND|INPUT_MISSING|JSON|LINE)/

/** What a reader makes of changed bytes is an answer, or an error of ours that blames them. */
export async function holds(
  bytes: Buffer,
  read: (bytes: Buffer) => Promise<unknown>,
  numRuns = RUNS,
): Promise<void> {
  const changes = fc.array(change, { minLength: 1, maxLength: 4 })
  const property = fc.asyncProperty(changes, async (list) => {
    const error = await read(changed(bytes, list)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error !== undefined && !EARNED.test(String((error as { code?: unknown }).code))) throw error
  })
  await fc.assert(property, tried(numRuns))
}
