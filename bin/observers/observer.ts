import type { NamedCommand } from '../cli/command.ts'
import type { Console } from '../cli/console.ts'
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

/** What looks on at one command. It is never in the way: what it throws is a detail, and changes nothing. */
export interface Observer {
  /** Called with each event of the command's runs, in order; takes no time. */
  onEvent?(event: RunEvent): void
  /** Called once a second while a job goes on, with how far it is. */
  onProgress?(state: ProgressState): void
  /** Called with what --profile found, once the job has ended. */
  onProfile?(profile: Profile): void
  /** Called with each store that the command is about to open, without secrets. */
  onTarget?(target: string): void
  /** Called once, when all has been said but what the command says last. */
  end?(ending: CommandEnding): void | Promise<void>
}

/** Makes what looks on; undefined where a command is none of its business. What it needs it loads then, and not before. */
export type MakeObserver = (observed: ObservedCommand) => Promise<Observer | undefined>
