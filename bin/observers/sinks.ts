import type { Console } from '../cli/console.ts'
import { type Settings, type SinkContext, withoutKeys } from '../library.ts'

/** What alert sinks need from this process. */
export function sinkContextOf(settings: Settings, { warn }: Pick<Console, 'warn'>): SinkContext {
  return { env: process.env, childEnv: withoutKeys(process.env, settings), say: warn, warn }
}
