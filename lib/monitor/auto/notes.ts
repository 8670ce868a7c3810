import { readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isGone, type LockOwner } from '../../catalog/lock/process.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { makeDirectory } from '../../file/directory.ts'
import { writeAtomically } from '../../file/writeAtomically.ts'
import type { PolicyHistory } from './due.ts'

const FILE = 'auto.json'
const MAX_BYTES = 4 * 1024 * 1024
/** Policies that no configuration has named for so long are forgotten. */
const KEPT_MS = 90 * 86_400_000
const DAY_MS = 86_400_000

/** Commands that are to be tried again. */
export interface PendingRetry {
  readonly at: number
  readonly times: number
  readonly commands: readonly (readonly string[])[]
}

/** The remembered state of a policy. */
export interface PolicyNote extends PolicyHistory {
  /** When a configuration last named it, to the day. */
  readonly known: number
  /** The worst exit code of its last round. */
  readonly exit?: number
  /** The failed commands to try again: when, and how many more times. */
  readonly again?: PendingRetry
  /** The command that was begun last, and its process, until it ends. */
  readonly running?: {
    readonly command: readonly string[]
    readonly since: number
    readonly owner: LockOwner
  }
}

/**
 * The state of policies between runs of `auto`: a file in the state directory, rewritten completely and durably. One
 * process at a time writes it. A file that cannot be read is moved aside, and its policies count as seen for the first
 * time.
 */
export class AutoNotes {
  readonly #file: string
  readonly #notes: Map<string, PolicyNote>
  /** The new name of a damaged file. */
  readonly movedTo: string | undefined

  /** With `look` it writes and moves nothing. @throws ElysiaError ELYSIA_STATE */
  constructor(directory: string, { look = false } = {}) {
    this.#file = join(directory, FILE)
    const read = attempt(() => notesIn(this.#file), this.#file)
    if (read === undefined && !look) {
      this.movedTo = `${this.#file}.damaged`
      attempt(() => renameSync(this.#file, this.movedTo!), this.#file)
    }
    this.#notes = read ?? new Map()
    if (!look) attempt(() => void makeDirectory(directory), directory)
  }

  /** The note of a policy; for an unknown policy, one that says it is seen now. */
  of(name: string, now: number): PolicyNote {
    return this.#notes.get(name) ?? { seen: now, known: now }
  }

  /** Notes which policies exist, and forgets those that have been gone for long. */
  see(names: readonly string[], now: number): void {
    let changed = false
    for (const name of names) {
      const note = this.#notes.get(name)
      if (note !== undefined && now - note.known < DAY_MS && !isToCome(note, now)) continue
      this.#notes.set(name, { ...untilNow(this.of(name, now), now), known: now })
      changed = true
    }
    for (const [name, { known }] of this.#notes) {
      if (now - known <= KEPT_MS) continue
      this.#notes.delete(name)
      changed = true
    }
    if (changed) this.#write()
  }

  /** The process that still works on a policy although its parent is gone. */
  stillRunning(name: string, now: number): PolicyNote['running'] {
    const running = this.#notes.get(name)?.running
    return running === undefined || isGone(running.owner, running.since, now) ? undefined : running
  }

  begin(name: string, running: NonNullable<PolicyNote['running']>): void {
    this.#set(name, { ...this.of(name, running.since), running })
  }

  /**
   * Notes that all commands of a policy have ended; `since` is when they were begun, `again` which of them are tried
   * again.
   */
  settle(name: string, since: number, exit: number, again?: PendingRetry): void {
    const { running: _, again: __, ...note } = this.of(name, since)
    this.#set(name, { ...note, settled: since, exit, ...(again && { again }) })
  }

  /** The policy is still being worked on: skip this due time. */
  leaveOut(name: string, since: number, exit: number): void {
    this.#set(name, { ...this.of(name, since), settled: since, exit })
  }

  #set(name: string, note: PolicyNote): void {
    this.#notes.set(name, note)
    this.#write()
  }

  #write(): void {
    const policies = Object.fromEntries([...this.#notes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    attempt(
      () => writeAtomically(this.#file, `${JSON.stringify({ version: 1, policies }, null, 2)}\n`),
      this.#file,
    )
  }
}

/** More than clocks differ: the clock was set back. */
const AHEAD_MS = 3_600_000

function isToCome({ seen, settled = seen, known }: PolicyNote, now: number): boolean {
  return Math.max(seen, settled, known) > now + AHEAD_MS
}

/** A time in the future would keep a policy from being due until then. */
function untilNow(note: PolicyNote, now: number): PolicyNote {
  if (!isToCome(note, now)) return note
  const { settled } = note
  const { again: _, ...rest } = note
  return { ...rest, seen: Math.min(note.seen, now), ...(settled && { settled: Math.min(settled, now) }) }
}

/** Undefined if the file exists but is not ours. */
function notesIn(file: string): Map<string, PolicyNote> | undefined {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return new Map()
  if (!stats.isFile() || stats.size > MAX_BYTES) return undefined
  const text = readFileSync(file, 'utf8')
  try {
    const read = JSON.parse(text) as { version?: unknown; policies?: unknown }
    if (read?.version !== 1 || typeof read.policies !== 'object' || read.policies === null) return undefined
    const notes = Object.entries(read.policies)
    return notes.every(([, note]) => isNote(note)) ? new Map(notes as [string, PolicyNote][]) : undefined
  } catch {
    return undefined
  }
}

function isNote(read: unknown): boolean {
  if (typeof read !== 'object' || read === null) return false
  const { seen, settled, known, exit, again, running } = read as Record<string, unknown>
  const isTime = (value: unknown) => Number.isSafeInteger(value)
  return (
    isTime(seen) &&
    isTime(known) &&
    (settled === undefined || isTime(settled)) &&
    (exit === undefined || isTime(exit)) &&
    (again === undefined || isAgain(again)) &&
    (running === undefined || isRunning(running))
  )
}

function isAgain(read: unknown): boolean {
  if (typeof read !== 'object' || read === null) return false
  const { at, times, commands } = read as Record<string, unknown>
  const isInteger = [at, times].every((value) => Number.isSafeInteger(value))
  return isInteger && Array.isArray(commands) && commands.every((words) => Array.isArray(words))
}

function isRunning(read: unknown): boolean {
  if (typeof read !== 'object' || read === null) return false
  const { command, since, owner } = read as Record<string, unknown>
  return Array.isArray(command) && Number.isSafeInteger(since) && typeof owner === 'object' && owner !== null
}

function attempt<T>(work: () => T, path: string): T {
  try {
    return work()
  } catch (cause) {
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be used: ${messageOf(cause)}`, { cause })
  }
}
