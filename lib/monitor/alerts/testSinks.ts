import { randomUUID } from 'node:crypto'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { AlertSettings, SinkSetting } from './config/settings.ts'
import { LIMITS, type Limits, sendTo } from './deliver.ts'
import { testMessage } from './message.ts'
import { isPing, openPing, openSink, type SinkContext } from './sink/sinks.ts'

/** What a sink made of a test. */
export interface Tested {
  readonly sink: string
  readonly type: string
  /** Where it leads, without secrets; absent where its address is not there. */
  readonly place?: string
  readonly ok: boolean
  /** What it answered, or why it did not take it. */
  readonly answer: string
  readonly hint?: string
}

/**
 * Sends a test message through each of these sinks, one try each, and says what they answered. Of a dead man's switch only
 * the address is looked up: a test is no run, and would be taken for one.
 */
export function testSinks(
  settings: AlertSettings,
  sinks: readonly SinkSetting[],
  context: SinkContext,
  { limits = LIMITS, signal }: { readonly limits?: Limits; readonly signal?: AbortSignal } = {},
): Promise<Tested[]> {
  const deadline = performance.now() + limits.totalMs
  const test = async (setting: SinkSetting): Promise<Tested> => {
    const { name: sink, type } = setting
    let place: string | undefined
    try {
      if (isPing(setting)) {
        place = (await openPing(setting, context)).place
        return { sink, type, place, ok: true, answer: 'not called: it hears of runs alone' }
      }
      const opened = await openSink(setting, settings.sinks, context)
      place = opened.place
      const message = testMessage(randomUUID(), Date.now())
      const answer = await sendTo(
        (call) => opened.send(message, call),
        place,
        { limits, signal, deadline },
        1,
      )
      return { sink, type, place, ok: true, answer }
    } catch (error) {
      signal?.throwIfAborted()
      const { hint } = error instanceof ElysiaError ? error : { hint: undefined }
      const answer = messageOf(error)
      return { sink, type, ...(place && { place }), ok: false, answer, ...(hint !== undefined && { hint }) }
    }
  }
  return Promise.all(sinks.map(test))
}
