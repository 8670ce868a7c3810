import type { Context } from '../../cli/command.ts'
import {
  type Emit,
  liveOptions,
  messageOf,
  type ProgressState,
  profileJob,
  type WriteContext,
} from '../../library.ts'
import { observeProfile } from '../../observers/current.ts'
import { profileText } from './profileText.ts'

/** The profile that `--profile` and `--profile-out` ask for. */
export interface Profiling {
  /** The part for the context of each run. */
  readonly looks: Pick<WriteContext, 'stages'>
  readonly take: Emit
  /** Notes the current progress of the runs. */
  note(state: ProgressState): void
  /** Prints the findings. */
  stop(): void
}

const NONE: Profiling = { looks: {}, take() {}, note() {}, stop() {} }

/** Starts to measure; loads and measures nothing if not requested. */
export async function startProfiling(context: Context): Promise<Profiling> {
  const { profile, profileOut } = context.options(liveOptions)
  if (!profile && profileOut === undefined) return NONE
  const { startProfiler, TraceFile } = await profileJob()
  const trace = profileOut === undefined ? undefined : new TraceFile(profileOut)
  const profiler = startProfiler()
  return {
    looks: { stages: profiler.stages },
    take(event) {
      profiler.take(event)
      trace?.take(event)
    },
    note({ done, rss_bytes: memory }) {
      profiler.look()
      if (trace === undefined) return
      trace.count('done', { done })
      trace.count('memory', { bytes: memory })
      const busy = profiler.profile().stages.map(({ name, busy }): [string, number] => [name, busy * 100])
      trace.count('stages, % of their time at work', Object.fromEntries(busy))
    },
    stop() {
      profiler.look()
      const found = profiler.profile()
      profiler.end()
      const failure = trace?.close()
      if (failure !== undefined)
        context.console.warn(`the trace in ${profileOut} is cut short: ${messageOf(failure)}`)
      if (profile) say(context, found)
      observeProfile(found)
    },
  }
}

function say({ console }: Context, found: Parameters<typeof profileText>[0]): void {
  if (console.progress === 'json') {
    console.line({ message_type: 'profile', at: new Date().toISOString(), profile: found })
  } else console.aside(profileText(found))
}
