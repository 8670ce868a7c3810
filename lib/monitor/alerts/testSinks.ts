import { randomUUID } from 'node:crypto'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { AlertSettings, SinkSetting } from './config/settings.ts'
import { LIMITS, type Limits, sendTo } from './deliver.ts'
import { testMessage } from './message.ts'
import { isPing, openPing, openSink, type SinkContext } from './sink/sinks.ts'

/** The result of testing one sink. */
export interface SinkTestResult {
  readonly sink: string
  readonly type: string
  /** The address without secrets; absent if there is no address. */
  readonly place?: string
  readonly ok: boolean
  /** The sink's answer, or why it did not take the message. */
  readonly answer: string
  readonly hint?: string
}

/**
 * Sends a test message through each of these sinks, one attempt each, and returns their answers. Only looks up the
 * address of a dead man's switch: it would mistake a test for a run.
 */
export function testSinks(
  settings: AlertSettings,
  sinks: readonly SinkSetting[],
  context: SinkContext,
  { limits = LIMITS, signal }: { readonly limits?: Limits; readonly signal?: AbortSignal } = {},
): Promise<SinkTestResult[]> {
  const deadline = performance.now() + limits.totalMs
  const test = async (setting: SinkSetting): Promise<SinkTestResult> => {
    const { name: sink, type } = setting
    let place: string | undefined
    try {
      if (isPing(setting)) {
        place = (await openPing(setting, context)).place
        return { sink, type, place, ok: true, answer: 'not called: it is only told about runs' }
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
