import type { NamedCommand } from '../cli/command.ts'
import type { Console } from '../cli/console.ts'
import type { LogType } from '../cli/log.ts'
import type { Layer, Profile, ProgressState, RunEvent, Settings } from '../library.ts'

/** The command that is looked on at. */
export interface ObservedCommand {
  readonly command: NamedCommand
  /** The words after the program's own name, as they were typed. */
  readonly typed: readonly string[]
  readonly operands: readonly string[]
  readonly flags: Layer
  readonly settings: Settings
  readonly console: Console
}

/** How a command ended: its exit code, and what was thrown. */
export interface CommandEnding {
  readonly exitCode: number
  readonly error?: unknown
}

/** What the end of a command waits for, at most: all that is sent then shares it. */
export const SENDING_MS = 20_000

/** How a command ended, for what looks on at it. */
export interface ObservedEnding extends CommandEnding {
  /** When the command goes, on the clock of `performance`: what is sent until then is sent. */
  readonly deadline: number
  /** Resolves once those that look on and are told before this one have ended. */
  readonly before: Promise<unknown>
}

/** What looks on at one command. It is never in the way: what it throws is a detail, and changes nothing. */
export interface Observer {
  /** Called with each event of the command's runs, in order; takes no time. */
  onEvent?(event: RunEvent): void
  /** Called once a second while a job goes on, with how far it is. */
  onProgress?(state: ProgressState): void
  /** Called with what --profile found, once the job has ended. */
  onProfile?(profile: Profile): void
  /** Called with each note, warning and error that a person is told, or would be without --quiet. */
  onSaid?(type: LogType, text: string): void
  /** Called with each store that the command is about to open, without secrets. */
  onTarget?(target: string): void
  /** Called once, when all has been said but what the command says last; they are called in order, and waited for together. */
  end?(ending: ObservedEnding): void | Promise<void>
}

/** Makes what looks on; undefined where a command is none of its business. What it needs it loads then, and not before. */
export type MakeObserver = (observed: ObservedCommand) => Promise<Observer | undefined>
