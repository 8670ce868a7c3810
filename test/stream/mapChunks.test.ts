import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { mapChunks } from '../../lib/stream/mapChunks.ts'
import { stageContract } from '../contract/stage.ts'

const input = () => Array.from({ length: 20 }, (_, line) => ({ line }))
/** The one that is being mapped, and one that waits for its reader. */
const HOLDS = 2

stageContract(t, 'mapChunks', {
  make: () => mapChunks((chunk: object) => ({ ...chunk })),
  input,
  holds: HOLDS,
})

stageContract(t, 'mapChunks, as promises', {
  make: () =>
    mapChunks(async (chunk: object) => {
      await turn()
      return { ...chunk }
    }),
  input,
  holds: HOLDS,
})

t.test('what it throws, or rejects with, is the error of the stream', async (t) => {
  const failure = new Error('not this one')
  const throwing = mapChunks(() => {
    throw failure
  })
  const rejecting = mapChunks(() => Promise.reject(failure))
  for (const stage of [throwing, rejecting])
    await t.rejects(pipeline(Readable.from([1]), stage, new PassThrough({ objectMode: true })), failure)
})
