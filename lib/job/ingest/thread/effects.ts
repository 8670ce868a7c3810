import type { Parcel } from '../../../async/thread/messages.ts'
import { serveThread } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { type Effect, effectReader } from '../../../change/effect/effect.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { operationsOptions } from '../stages.ts'
import { type ChangeWork, KINDS, type PackedEffects, type PackedLines } from './work.ts'

/** In a thread: lines → their effects, for the plan of an ingest in two passes. */
export function lineEffects({ port, data }: ThreadTask<ChangeWork>): Promise<void> {
  const effectOf = effectReader({ ...operationsOptions(data), strict: data.strict })
  return serveThread(port, () => [mapChunks((lines: PackedLines) => packEffects(lines, effectOf))])
}

function packEffects(
  { texts, first, starts, ends, isReused }: PackedLines,
  effectOf: (line: { line: number; end: number; bytes: Buffer }) => Effect,
): Parcel<PackedEffects> {
  const bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  const kinds = new Uint8Array(ends.length)
  const ids: string[] = []
  for (const [at, end] of ends.entries()) {
    const isFirst = at === 0 && first !== undefined
    const { kind, ids: own } = effectOf({
      line: 0,
      end: 0,
      bytes: isFirst ? Buffer.from(first.buffer) : bytes.subarray(starts[at]!, end),
    })
    kinds[at] = KINDS.indexOf(kind) + (own.length > 1 ? KINDS.length : 0)
    ids.push(...own)
  }
  const value: PackedEffects = { kinds, ids, ...(isReused && { texts }) }
  return { value, transfer: [kinds.buffer, ...(isReused ? [texts.buffer] : [])] }
}
