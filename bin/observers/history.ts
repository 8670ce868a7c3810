import { join } from 'node:path'
import type { LogType } from '../cli/log.ts'
import {
  classNameOf,
  historyLibrary,
  historyOptions,
  layersFor,
  type ProgressState,
  type RunEvent,
  resolveOptions,
  userPaths,
} from '../library.ts'
import { eventText } from '../view/eventText.ts'
import type { ObservedCommand, Observer } from './observer.ts'
import { isAtTerminal, triggerOf } from './trigger.ts'
import { noteUnwritten } from './unwrittenRuns.ts'

/** Records the runs of a command in the history of this user, except dry runs. */
export async function historyObserver(observed: ObservedCommand): Promise<Observer | undefined> {
  const { command, flags, console, typed, settings } = observed
  if (command.records === undefined || flags.values.dryRun === true) return undefined
  const { keepRuns } = resolveOptions(
    historyOptions,
    layersFor(historyOptions, [flags, ...settings.layers]),
  ).options
  if (keepRuns === '0') return undefined
  const { parseKeepRuns, openHistory, Recorder, HISTORY_FILE } = await historyLibrary()
  let isSaid = false
  const warn = (event: RunEvent) => {
    const isLoss = event.type === 'history_not_written'
    const text = eventText(event)
    if (text !== undefined && !(isLoss && isSaid)) console.warn(text)
    isSaid ||= isLoss
  }
  const open = () => openHistory(join(userPaths().state, HISTORY_FILE), { onEvent: warn })
  const recorded = {
    trigger: triggerOf(process.env, console),
    terminal: isAtTerminal(),
    command: typed,
    directory: process.cwd(),
    expected: { kind: kindOf(observed), collection: collectionOf(observed) },
    keep: parseKeepRuns(keepRuns),
  }
  const recorder = new Recorder(open, recorded, warn)
  return {
    onEvent(event) {
      // The journal is in the same directory: one warning for both is enough.
      if (event.type === 'history_not_written') isSaid = true
      else recorder.onEvent(event)
    },
    onProgress: (state) => recorder.note(noteOf(state)),
    onProfile: (profile) => recorder.addProfile({ ...profile }, profile.bottleneck.sentence),
    onTarget: (target) => recorder.addTarget(target),
    onSaid(type, text) {
      const level = LEVELS[type]
      if (level !== undefined) recorder.say(level, text)
    },
    async end(ending) {
      await recorder.end(ending)
      noteUnwritten(recorder.unwritten)
    },
  }
}

/** The kind of job that the words on the command line begin; empty if the history does not record it. */
export function kindOf({ command, flags }: Pick<ObservedCommand, 'command' | 'flags'>): string {
  return command.recordsInstead?.(flags) ?? command.records ?? ''
}

const LEVELS: Readonly<Partial<Record<LogType, 'note' | 'warning' | 'error'>>> = {
  info: 'note',
  warn: 'warning',
  error: 'error',
}

/** What progress knows besides the events: the history counts these itself. */
function noteOf(state: ProgressState) {
  const {
    rate_per_second,
    eta_seconds,
    waits_for,
    bytes_in_per_second: read,
    bytes_out_per_second: written,
  } = state
  const bytes =
    read === undefined && written === undefined ? {} : { bytes_per_second: (read ?? 0) + (written ?? 0) }
  return {
    ...bytes,
    ...(rate_per_second !== undefined && { rate_per_second }),
    ...(eta_seconds !== undefined && { eta_seconds }),
    ...(waits_for !== undefined && { waits_for }),
  }
}

/** The name in `CLUSTER/NAME`; undefined for an address or a path. */
function nameIn(operand: string): string | undefined {
  const parts = operand.split('/')
  return parts.length > 2 || /[:.\\]/.test(operand) ? undefined : parts.at(-1)
}

/** The class on a command line, as far as it is known before looking anything up. */
export function collectionOf({ command, flags, operands }: ObservedCommand): string {
  const { collection, name } = flags.values
  const [operand] = command.operands[0]?.kind === 'collection' ? operands : []
  const latest = operands[0]?.startsWith('latest:') === true ? operands[0].slice('latest:'.length) : undefined
  const named = [name, collection, operand && nameIn(operand), latest].find(
    (one) => typeof one === 'string' && one !== '',
  )
  try {
    return named === undefined ? '' : classNameOf(named as string)
  } catch {
    return ''
  }
}
