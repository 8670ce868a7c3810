import type { AlertFinding } from '../rule/finding.ts'

/** The remembered state of one alert. Times are milliseconds since 1970. */
export interface AlertState {
  /** `pending`: it holds, but not for long enough; `firing`: it was sent; `well`: it ended recently. */
  readonly phase: 'pending' | 'firing' | 'well'
  /** When this episode began. */
  readonly since: number
  /** The number of the episode, from 1. */
  readonly episode: number
  /** When it was last sent. */
  readonly sentAt?: number
  /** Since when the rule no longer holds, while the end is held back. */
  readonly wellSince?: number
  /** When the recent episodes began to be sent. */
  readonly begins: readonly number[]
  /** How often the alert was repeated in this episode. */
  readonly repeats: number
  /** The latest finding. */
  readonly finding: AlertFinding
}

/** What a message says of an alert: it begins, it still holds, it has ended, or its subject is long past. */
export type AlertNotice = 'firing' | 'repeated' | 'resolved' | 'lapsed'

/** The times of a rule: how long before it fires, and how often it repeats. */
export interface AlertTiming {
  readonly forMs: number
  readonly repeatMs: number
  readonly flapping: { readonly episodes: number; readonly withinMs: number }
}

/** The next state of an alert, and what is sent. */
export interface Transition {
  /** Undefined if nothing has to be remembered. */
  readonly state: AlertState | undefined
  /** What is to be sent. */
  readonly notice?: AlertNotice
}

/**
 * The next state of an alert, given what was found now: undefined if its rule no longer holds, or `lapsed`. Each
 * episode is sent once, repeated after each `repeatMs`, and its end is sent once. At most `episodes` of them begin
 * within `withinMs`: the last one ends only after nothing was found for as long.
 */
export function nextState(
  state: AlertState | undefined,
  finding: AlertFinding | 'lapsed' | undefined,
  now: number,
  timing: AlertTiming,
): Transition {
  if (finding === undefined || finding === 'lapsed') return afterEnd(state, now, timing, finding === 'lapsed')
  if (state?.phase === 'firing') return stillFiring(state, finding, now, timing)
  const before = state ?? { phase: 'well', since: now, episode: 0, begins: [], repeats: 0, finding }
  const since = before.phase === 'pending' ? before.since : now
  if (now - since < timing.forMs) return { state: { ...before, phase: 'pending', since, finding } }
  const { episode } = before
  const begins = [...recentEpisodes(before.begins, now, timing), now]
  return {
    state: { phase: 'firing', since, episode: episode + 1, sentAt: now, begins, repeats: 0, finding },
    notice: 'firing',
  }
}

/** True while the end of this alert is held back because it began too often recently. */
export function isFlapping(
  { begins }: AlertState,
  now: number,
  timing: Pick<AlertTiming, 'flapping'>,
): boolean {
  return recentEpisodes(begins, now, timing).length >= timing.flapping.episodes
}

function stillFiring(
  state: AlertState,
  finding: AlertFinding,
  now: number,
  { repeatMs }: AlertTiming,
): Transition {
  const { wellSince: _, ...rest } = state
  const updated = { ...rest, finding }
  if (repeatMs === 0 || now - (state.sentAt ?? now) < repeatMs) return { state: updated }
  return { state: { ...updated, sentAt: now, repeats: state.repeats + 1 }, notice: 'repeated' }
}

function afterEnd(
  state: AlertState | undefined,
  now: number,
  timing: AlertTiming,
  lapsed: boolean,
): Transition {
  if (state === undefined) return { state: undefined }
  if (state.phase !== 'firing') return { state: rememberedState(state, now, timing) }
  const { wellSince = now } = state
  const isHeld = isFlapping(state, wellSince, timing) && now - wellSince < timing.flapping.withinMs
  if (isHeld) return { state: { ...state, wellSince } }
  return { state: rememberedState(state, now, timing), notice: lapsed ? 'lapsed' : 'resolved' }
}

/** An alert that ended is forgotten once its episodes no longer count. */
function rememberedState(state: AlertState, now: number, timing: AlertTiming): AlertState | undefined {
  const begins = recentEpisodes(state.begins, now, timing)
  if (begins.length === 0) return undefined
  const { wellSince: _, sentAt: __, ...rest } = state
  return { ...rest, phase: 'well', begins }
}

function recentEpisodes(
  begins: readonly number[],
  now: number,
  { flapping }: Pick<AlertTiming, 'flapping'>,
): number[] {
  return begins.filter((begin) => now - begin < flapping.withinMs)
}
