import type { Parcel } from '../../../async/thread/messages.ts'
import { serveThread } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { effectReader } from '../../../change/effect/effect.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { operationsOptions } from '../stages.ts'
import { effectsOf } from './effectsOf.ts'
import type { ChangeWork, PackedEffects, PackedLines } from './work.ts'

/** In a thread: lines → their effects, for the plan of an ingest in two passes. */
export function lineEffects({ port, data }: ThreadTask<ChangeWork>): Promise<void> {
  const effectOf = effectReader({ ...operationsOptions(data), strict: data.strict })
  return serveThread(port, () => [mapChunks((lines: PackedLines) => parcelOf(effectsOf(lines, effectOf)))])
}

function parcelOf(value: PackedEffects): Parcel<PackedEffects> {
  const { kinds, texts } = value
  return { value, transfer: [kinds.buffer, ...(texts === undefined ? [] : [texts.buffer])] }
}
