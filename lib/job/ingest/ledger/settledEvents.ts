import type { Outcome } from '../../../core/outcome.ts'
import type { RunEvent } from '../../../run/event/schema.ts'
import type { Tally } from '../../../run/tally.ts'

/** The state of a run after a settlement. */
export interface SettlementProgress {
  /** The number of the current input, from 0. */
  readonly input: number
  /** Its settled bytes, as stored. */
  readonly inputBytes: number
  readonly tally: Tally
  /** The stored size of each input in bytes; undefined if one of them is unknown. */
  readonly sizes: readonly number[] | undefined
  readonly seconds: number
}

/** The events of a settlement: each rejected record, the replaced ones, then the counts of the run so far. */
export function settledEvents(
  outcomes: readonly Outcome[],
  { input, inputBytes, tally, sizes, seconds }: SettlementProgress,
): RunEvent[] {
  const rejected = outcomes.filter(({ name }) => name === 'rejected')
  const records = outcomes.flatMap(({ item, by }) => (by === undefined ? [] : [{ line: item.line, by }]))
  return [
    ...rejected.map(({ item, cause = '', reason = '' }): RunEvent => {
      return { type: 'record_rejected', line: item.line, code: cause, reason }
    }),
    ...(records.length > 0 ? [{ type: 'records_superseded', input, records } as const] : []),
    {
      type: 'records_settled',
      ...tally,
      input,
      input_bytes: inputBytes,
      ...shareOf(sizes, input, inputBytes),
      seconds,
    },
  ]
}

/** The settled share of all inputs. An input may have grown meanwhile: the result never exceeds the size. */
function shareOf(
  sizes: readonly number[] | undefined,
  input: number,
  inputBytes: number,
): { readonly done_bytes?: number; readonly total_bytes?: number } {
  if (sizes === undefined) return {}
  const total = bytesOf(sizes)
  const done = bytesOf(sizes.slice(0, input)) + inputBytes
  return { done_bytes: Math.min(done, total), total_bytes: total }
}

function bytesOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}
