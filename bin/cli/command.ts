import type {
  Layer,
  OpenOptions,
  OptionsSchema,
  ResolvedOptions,
  Settings,
  State,
  Store,
} from '../library.ts'
import type { Step } from './arguments.ts'
import type { Console } from './console.ts'
import type { ExitCode, ExitName } from './exit.ts'
import type { Operand } from './operands.ts'

/** One command, as its file declares it. The table of commands gives its name. */
export interface Command {
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  /** Other words that users type for it: the error for them suggests this command. */
  readonly alsoKnownAs?: readonly string[]
  /** Its operands, in order; only the last may be repeated. */
  readonly operands: readonly Operand[]
  /** The text after the name in help, if the operands alone do not tell. */
  readonly usage?: string
  /** Complete command lines, without the prompt. */
  readonly examples: readonly string[]
  /** Exit codes besides 0, 1 and 2, for its help. */
  readonly exits?: readonly ExitName[]
  /** The document that --json prints, by its schema's name in `format schema`. */
  readonly document?: string
  /** The page with more about it: `docs/restore.md`. */
  readonly docs?: string
  /** The kind of job, if the history records its runs, including those that fail before they begin. */
  readonly records?: string
  /** The kind of job if its options make it another one; otherwise undefined. */
  recordsInstead?(flags: Layer): string | undefined
  /** True if it looks at past runs, and so sends due alerts, as each job does. */
  readonly tellsAlerts?: boolean
  /** True if it runs, and shows the reasons, even if configuration files are refused. */
  readonly showsRefused?: boolean
  /** How to continue after a signal; without it, the same command starts over. */
  continuing?(context: Pick<Context, 'operands' | 'options'>): ContinueHint
  /** All its options, except those that every command has. */
  readonly schemas: readonly OptionsSchema[]
  /** True if the words after `--` are a command line, not operands that look like options. */
  readonly wrapsCommand?: boolean
  /** @throws the error that ends it; main reports it and chooses the exit code */
  run(context: Context): Promise<void>
}

/** How to continue an interrupted command: changes to the typed words. */
export interface ContinueHint {
  /** True if finished work is kept, and not repeated. */
  readonly keeps?: boolean
  /** Flags to add. */
  readonly add?: readonly string[]
  /** Flags to drop, because they would start over. */
  readonly drop?: readonly string[]
  /** What must be piped in again, as a plural. */
  readonly input?: string
}

/** A command with its full name: `index process-jsonl`. */
export interface NamedCommand extends Command {
  readonly name: string
}

/** Loads the module of a command on first use. */
export type LoadCommand = () => Promise<{ readonly command: Command }>

/** Commands that share a first word, in the order of help. */
export interface Group {
  /** Their common subject, without a full stop. */
  readonly summary: string
  readonly members: Readonly<Record<string, Group | LoadCommand>>
}

/** The chosen store. `state` is opened on first use. */
export interface OpenTarget {
  readonly store: Store
  readonly state: State
}

/** A target from another flag, or from an operand, instead of --target. */
export interface OtherTarget {
  readonly address: string
  readonly flag: string
}

/** How to open a target that is only read. */
export type ReadOptions = Pick<OpenOptions, 'maxInFlight' | 'retryForMs' | 'onRetry' | 'signal'>

/** Everything that a command works with. */
export interface Context {
  /** Its name as called: `col cat`. */
  readonly name: string
  /** The words after the program's name, as typed. */
  readonly typed: readonly string[]
  /** All commands, for one that refers to the others. */
  readonly commands: Group
  readonly operands: readonly string[]
  /** The words after `--`, for a command that wraps another; otherwise they are operands. */
  readonly rest: readonly string[] | undefined
  readonly flags: Layer
  /** The flags whose order counts, in the order in which they were typed. */
  readonly steps: readonly Step[]
  /** Settings from environment and files; empty for a command whose options come only from the command line. */
  readonly settings: Settings
  readonly console: Console
  /**
   * Aborted by the first SIGINT, SIGTERM or SIGHUP: take nothing more, finish what is in flight. Once a command reads
   * `stop` or `signal`, signals no longer kill the process: the command must end itself.
   */
  readonly stop: AbortSignal
  /** Aborted by the second signal, or when the shutdown time is over: end at once. */
  readonly signal: AbortSignal
  /** Records how many batches are in flight, for the message after a signal. */
  onInFlight(batches: number): void
  /** How the command continues if it is ended early. */
  readonly continuing: ContinueHint | undefined
  /**
   * Sets what the user should do next: printed once, below everything else, and not with --quiet or --json. The last
   * call counts.
   */
  next(text: string): void
  /** The options of one of the command's schemas: flags, then environment, then files, then defaults. */
  options<S extends OptionsSchema>(schema: S): ResolvedOptions<S>
  /** Where each option comes from: `command line`, `environment`, the path of a file, or `default`. */
  origins(schema: OptionsSchema): Readonly<Record<string, string>>
  /**
   * Opens the target once, and names it on stderr. Main closes it. Needs targetOptions in schemas. `other` as for
   * `readTarget`.
   */
  openTarget(opening?: OpenOptions, other?: OtherTarget): Promise<OpenTarget>
  /**
   * The same for a command that only reads or removes: it makes nothing. A named file must exist; if no run has made
   * the default store yet, an empty one in memory replaces it. `other` is a target from another flag or an operand,
   * instead of --target: each is opened once.
   */
  readTarget(other?: OtherTarget, opening?: ReadOptions): Promise<OpenTarget>
  /** The runs into the target, without asking a server. Main closes it. Needs targetOptions in schemas. */
  readRuns(): Promise<Pick<OpenTarget, 'state'> & { readonly target: string; readonly history?: State }>
  /**
   * Says that the work is finished, according to its report. A signal that comes later, while the rest is printed, then
   * changes nothing: neither the exit code, nor the last message.
   */
  done(): void
  /**
   * Ends the command with this exit code although nothing was thrown; without it a command that returns has succeeded.
   * `why` says what failed and where to look: the only line that --quiet leaves. The first call counts.
   */
  fail(code: Exclude<ExitCode, 0>, why: string): void
}
