import type { Effect } from '../../../change/effect/effect.ts'
import { KINDS, type PackedEffects, type PackedLines } from './work.ts'

/** The effects of lines, in their order. */
export function effectsOf(
  { texts, first, starts, ends, isReused }: PackedLines,
  effectOf: (line: { line: number; end: number; bytes: Buffer }) => Effect,
): PackedEffects {
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
  return { kinds, ids, ...(isReused && { texts }) }
}
