import { pluralize, roughSize } from '../../library.ts'
import type { Texts } from './texts.ts'

const STARTED_OVER = {
  fresh: ({ run }: { readonly run?: string }) =>
    `run ${run} was interrupted; --fresh begins at the first line`,
  collection_gone: ({ run }: { readonly run?: string }) =>
    `run ${run} was interrupted, but its collection is gone: begins at the first line`,
  input_changed: () => 'the input is not the one that was interrupted: begins at its first line',
} as const

/** The texts for events of runs. */
export const OF_RUNS = {
  retry: ({ error, wait_ms, attempt }) =>
    `${error.message}; tries again in ${(wait_ms / 1000).toFixed(1)} s (attempt ${attempt})`,
  lock_wait: ({ file, purpose, since, user = '', host, pid }) => {
    if (purpose === undefined)
      return `waits for ${file}, which does not name its owner (if it is not a lock, move it away)`
    const of = user === '' ? '' : ` of ${user}`
    return `waits for a ${purpose} since ${since} (process ${pid}${of} on ${host})`
  },
  stalled: ({ waits_for: name, seconds, direction }) =>
    `nothing was acknowledged for ${seconds} s: waits for ${name}${direction === 'out' ? ', which takes nothing' : ''}`,
  resumed: ({ seconds }) => `goes on after ${seconds} s`,
  memory_tight: ({ rss_bytes: now, max_bytes: most }) =>
    `memory is at ${roughSize(now)}, and --max-memory is ${roughSize(most)}: continues more slowly, with less in flight`,
  memory_held: ({ seconds, peak_rss_bytes: peak, max_bytes: most }) =>
    `--max-memory ${roughSize(most)} slowed it down: input was held back for ${seconds.toFixed(1)} s, and memory peaked at ${roughSize(peak)}`,
  history_not_written: ({ error }) => `this is missing from the history: ${error.message}`,
  history_moved_aside: ({ path, error }) => `${error.message}; it was moved to ${path}`,
  run_continued: ({ run, line, parts_done: parts, fresh, kind }) => {
    if (kind !== undefined) return `continues the interrupted ${kind} ${run}`
    if (line !== undefined) return `continues the interrupted run ${run} after line ${line}`
    const how = fresh === true ? 'all parts are written again' : `${parts} parts are done`
    return `continues the interrupted run ${run}: ${how}`
  },
  set_started: ({ set, collections }) => `set ${set}: ${collections.join(', ') || 'nothing is left to do'}`,
  copy_pass: ({ pass, written, deleted, seconds, left, per_minute, state }) => {
    const took = `pass ${pass}: ${written} written, ${deleted} deleted, in ${seconds.toFixed(1)} s`
    if (pass === 1) return `${took}; follows what changes meanwhile`
    if (state === 'carrying') return `${took}: what changed around the switch of the alias`
    return `${took}; about ${left} left, ${per_minute} a minute: ${state}`
  },
  copy_handover: ({ collection }) =>
    `asks the process that follows into ${collection} to end, and waits for it`,
  run_started_over: (event) => STARTED_OVER[event.reason](event),
  coalescing: ({ passes, records = 0, superseded = 0 }) =>
    passes !== 'two' || superseded === 0
      ? undefined
      : `${superseded} of ${pluralize(records, 'record')} are replaced by later ones, and left out (--coalesce off writes all)`,
} satisfies Texts
