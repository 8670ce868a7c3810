import type { NamedCommand } from '../cli/command.ts'
import type { Console } from '../cli/console.ts'
import type { LogType } from '../cli/log.ts'
import type { Layer, Profile, ProgressState, RunEvent, Settings } from '../library.ts'

/** The observed command. */
export interface ObservedCommand {
  readonly command: NamedCommand
  /** The words after the program's name, as typed. */
  readonly typed: readonly string[]
  readonly operands: readonly string[]
  readonly flags: Layer
  readonly settings: Settings
  readonly console: Console
}

/** How a command ended: its exit code, and the error if one was thrown. */
export interface CommandEnding {
  readonly exitCode: number
  readonly error?: unknown
}

/** The longest wait at the end of a command, for everything that is sent together. */
export const SENDING_MS = 20_000

/** How a command ended, for its observers. */
export interface ObservedEnding extends CommandEnding {
  /** When the command exits, on the clock of `performance`: sending must end by then. */
  readonly deadline: number
  /** Resolves once the observers before this one have ended. */
  readonly before: Promise<unknown>
}

/** An observer of one command. It never gets in the way: its errors are details, and change nothing. */
export interface Observer {
  /** Called with each event of the command's runs, in order; must return quickly. */
  onEvent?(event: RunEvent): void
  /** Called once a second while a job is running, with its progress. */
  onProgress?(state: ProgressState): void
  /** Called with the findings of --profile after the job. */
  onProfile?(profile: Profile): void
  /** Called with each note, warning and error for the user, shown or not. */
  onSaid?(type: LogType, text: string): void
  /** Called with each store that the command is about to open, without secrets. */
  onTarget?(target: string): void
  /**
   * Called once, after everything but the command's last message; observers are called in order, and waited for
   * together.
   */
  end?(ending: ObservedEnding): void | Promise<void>
}

/** Makes an observer; undefined if it does not concern the command. Loads what it needs only then. */
export type MakeObserver = (observed: ObservedCommand) => Promise<Observer | undefined>
