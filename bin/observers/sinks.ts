import type { Console } from '../cli/console.ts'
import { type Settings, type SinkContext, withoutKeys } from '../library.ts'

/** What sinks of alerts are made with, in this process. */
export function sinkContextOf(settings: Settings, { warn }: Pick<Console, 'warn'>): SinkContext {
  return { env: process.env, childEnv: withoutKeys(process.env, settings), say: warn, warn }
}
