import type { Layer, OpenOptions, OptionsSchema, Resolved, Settings, State, Store } from '../library.ts'
import type { Step } from './arguments.ts'
import type { Console } from './console.ts'
import type { ExitCode, ExitName } from './exit.ts'
import type { Operand } from './operands.ts'

/** One command, as its file declares it. Its name is its place in the table of commands. */
export interface Command {
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  /** Other words that people type for it: the error for them names it. */
  readonly alsoKnownAs?: readonly string[]
  /** What it takes besides options, in order; only the last may be given many times. */
  readonly operands: readonly Operand[]
  /** What follows the name in help, where the operands alone do not tell. */
  readonly usage?: string
  /** Whole command lines, without the prompt. */
  readonly examples: readonly string[]
  /** How it may end besides 0, 1 and 2, for its help. */
  readonly exits?: readonly ExitName[]
  /** What --json prints, by the name of its schema in `format schema`. */
  readonly document?: string
  /** The page that tells more of it: `docs/restore.md`. */
  readonly docs?: string
  /** The job that it does, where its runs are noted in the history: those that fail before they begin as well. */
  readonly records?: string
  /** True where it looks at what was done, and so sends the alerts that are due, as each job does. */
  readonly tellsAlerts?: boolean
  /** True where it runs, and shows them, though configuration files are refused. */
  readonly showsRefused?: boolean
  /** How to go on after a signal; where it is left out, the same command begins again. */
  continuing?(context: Pick<Context, 'operands' | 'options'>): Continuing
  /** Every option it takes, but for the console's, which all have. */
  readonly schemas: readonly OptionsSchema[]
  /** True where the words after `--` are a command line, and not operands that look like options. */
  readonly wrapsCommand?: boolean
  /** @throws whatever ends it; main says it and chooses the exit code */
  run(context: Context): Promise<void>
}

/** How a command goes on that was ended early: the words that were typed, changed. */
export interface Continuing {
  /** True where what was done is kept, and is not done again. */
  readonly keeps?: boolean
  /** Flags that it then needs. */
  readonly add?: readonly string[]
  /** Flags that would begin it anew. */
  readonly drop?: readonly string[]
  /** What has to be piped in once more, as a plural. */
  readonly input?: string
}

/** A command with the words it is called by: `index process-jsonl`. */
export interface NamedCommand extends Command {
  readonly name: string
}

/** Loads the module of a command when it is called. */
export type LoadCommand = () => Promise<{ readonly command: Command }>

/** Commands below one word, in the order of help. */
export interface Group {
  /** What they are about, without a full stop. */
  readonly summary: string
  readonly members: Readonly<Record<string, Group | LoadCommand>>
}

/** The store that was chosen. `state` is opened when it is first asked for. */
export interface OpenTarget {
  readonly store: Store
  readonly state: State
}

/** A target that another flag, or an operand, gives in place of --target. */
export interface OtherTarget {
  readonly address: string
  readonly flag: string
}

/** What a command works with. */
export interface Context {
  /** As it was called: `col cat`. */
  readonly name: string
  /** The words after the program's own name, as they were typed. */
  readonly typed: readonly string[]
  /** All commands, for one that speaks of the others. */
  readonly commands: Group
  readonly operands: readonly string[]
  /** The words after `--`, for a command that wraps another; else they are operands. */
  readonly rest: readonly string[] | undefined
  readonly flags: Layer
  /** The flags whose order counts, in the order in which they were typed. */
  readonly steps: readonly Step[]
  /** What environment and files say; empty for a command whose options come from the command line alone. */
  readonly settings: Settings
  readonly console: Console
  /**
   * Aborted by the first SIGINT, SIGTERM or SIGHUP: take no more, finish what is in flight. From the first
   * look at `stop` or `signal` on, signals no longer kill the process: a command that looks has to end itself.
   */
  readonly stop: AbortSignal
  /** Aborted by the second signal, or when the time to shut down is over: end at once. */
  readonly signal: AbortSignal
  /** Takes note of how many batches are in flight: a signal says so. */
  onInFlight(batches: number): void
  /** How the command goes on where it is ended early. */
  readonly continuing: Continuing | undefined
  /** What a person is to do next: said once, below all else, and not with --quiet or --json. The last call counts. */
  next(text: string): void
  /** The options of one of the command's schemas: flags, then environment, then files, then defaults. */
  options<S extends OptionsSchema>(schema: S): Resolved<S>
  /** Where each of them comes from: `command line`, `environment`, the path of a file, or `default`. */
  origins(schema: OptionsSchema): Readonly<Record<string, string>>
  /**
   * Opens the target, once, and says on stderr which it is. Main closes it. Needs targetOptions in schemas. `other` as of
   * `readTarget`.
   */
  openTarget(opening?: OpenOptions, other?: OtherTarget): Promise<OpenTarget>
  /**
   * The same for a command that only looks, or removes: it makes nothing. A file that was named has to be there;
   * for the default store that no run has made yet an empty one in memory stands in. `other` is one that another
   * flag, or an operand, gives in place of --target: each is opened once.
   */
  readTarget(other?: OtherTarget, calls?: Pick<OpenOptions, 'maxInFlight'>): Promise<OpenTarget>
  /** The runs into the target, without asking a server. Main closes it. Needs targetOptions in schemas. */
  readRuns(): Promise<Pick<OpenTarget, 'state'> & { readonly target: string; readonly history?: State }>
  /**
   * Says that the work has come to its end, as its report tells. A signal that came too late to end it, or comes while
   * the rest is printed, then changes nothing: neither the exit code, nor what is said last.
   */
  done(): void
  /**
   * Ends the command with this exit code, though nothing is thrown; without it a command that comes to its end has
   * succeeded. `why` says what failed and where to look: it is the one line that --quiet leaves. The first call counts.
   */
  fail(code: Exclude<ExitCode, 0>, why: string): void
}
