import {
  type Layer,
  layersFor,
  messageOf,
  type OptionsSchema,
  readSettings,
  resolveOptions,
  type Settings,
} from '../library.ts'
import { alertSettingsOf } from '../observers/alertSettings.ts'
import type { Observers } from '../observers/current.ts'
import { makeObservers } from '../observers/observers.ts'
import type { Context, Group, NamedCommand } from './command.ts'
import { EXIT, type ExitCode, exitOfSignal } from './exit.ts'
import { allSchemas, schemasOf } from './registry.ts'
import { continueText } from './signal/continueText.ts'
import { interruptedText, type Signals, takeSignals } from './signal/signals.ts'
import { OpenedTargets } from './target.ts'

const NO_SETTINGS: Settings = { layers: [], files: [], targets: {}, sections: [], warnings: [] }

/** What the command line asks for. */
export type Invocation = Pick<
  Context,
  'name' | 'typed' | 'commands' | 'flags' | 'steps' | 'operands' | 'rest' | 'console' | 'next'
> & {
  /** Receives the command's observers: they must be told how it ended. */
  onObserved(observers: Observers): void
}

/**
 * Runs one command: gives it its options, target and signals, and closes what it opened. Returns its exit code.
 * @throws the error that ended it, unless a signal did
 */
export async function runCommand(command: NamedCommand, asked: Invocation): Promise<number> {
  const settings = await observedSettings(command, asked)
  for (const warning of settings.warnings) asked.console.warn(warning)
  const targets = new OpenedTargets(asked.flags, settings, asked.console)
  const ending: CommandState = { isDone: false }
  const context = contextOf(command, asked, settings, targets, ending)
  try {
    // A mistake in any option is reported before the command looks for anything.
    for (const schema of schemasOf(command)) context.options(schema)
    await command.run(context)
  } catch (error) {
    const { signals } = ending
    if (signals === undefined || !endedBySignal(error, signals)) throw error
    asked.console.detail(messageOf(error))
  } finally {
    await targets.close()
    ending.signals?.release()
  }
  const failure = failureOf(ending, asked, () => context.continuing)
  if (failure === undefined) return EXIT.done
  asked.console.failure(failure.why, failure.code)
  return failure.code
}

/** Reads the settings, and makes the observers with them: also for a command whose settings cannot be read. */
async function observedSettings(command: NamedCommand, asked: Invocation): Promise<Settings> {
  const observing = (settings: Settings) =>
    makeObservers({ ...asked, command, settings }).then(asked.onObserved)
  const settings = await settingsFor(command, asked.commands).catch(async (error) => {
    await observing(NO_SETTINGS)
    throw error
  })
  await observing(settings)
  return settings
}

/** What a command has said of its end so far. */
interface CommandState {
  /** Undefined until the command asks for its signals. */
  signals?: Signals
  isDone: boolean
  inFlight?: number
  failure?: CommandFailure
}

/** What a command gets; what it says of its end goes into `ending`. */
function contextOf(
  command: NamedCommand,
  asked: Invocation,
  settings: Settings,
  targets: OpenedTargets,
  ending: CommandState,
): Context {
  const layers = [asked.flags, ...settings.layers]
  const onSignal = () => {
    const notes = { note: asked.console.note, inFlight: () => ending.inFlight }
    ending.signals ??= takeSignals(shutdownTimeout(command, layers), notes)
    return ending.signals
  }
  const resolved = <S extends OptionsSchema>(schema: S) => resolveOptions(schema, layersFor(schema, layers))
  const options = <S extends OptionsSchema>(schema: S) => resolved(schema).options
  return {
    ...asked,
    settings,
    get stop() {
      return onSignal().stop
    },
    get signal() {
      return onSignal().abort
    },
    options,
    get continuing() {
      return command.continuing?.({ operands: asked.operands, options })
    },
    onInFlight: (batches) => {
      ending.inFlight = batches
    },
    origins: (schema) => resolved(schema).origins,
    openTarget: (opening = {}, other) => targets.open(opening, other),
    readTarget: (other, opening) => targets.open({ reading: opening ?? {} }, other),
    readRuns: () => targets.readRuns(),
    done: () => {
      ending.isDone = true
    },
    fail: (code, why) => {
      ending.failure ??= { code, why }
    },
  }
}

/** Why a command failed; undefined if it did not. A signal that came before the command was done counts. */
function failureOf(
  { signals, isDone, failure }: CommandState,
  asked: Invocation,
  continuing: () => Context['continuing'],
): CommandFailure | undefined {
  if (signals?.received === undefined || isDone) return failure
  return interruption(signals.received, asked, continuing(), failure)
}

/** Why a command did not do what it was asked to. */
interface CommandFailure {
  readonly code: ExitCode
  readonly why: string
}

/** Says by which signal the command was ended, and how to continue. */
function interruption(
  received: NodeJS.Signals,
  { typed, next }: Invocation,
  continuing: ReturnType<NonNullable<NamedCommand['continuing']>> | undefined,
  failure: CommandFailure | undefined,
): CommandFailure {
  const why = `${interruptedText(received)}; ${continueText(typed, continuing)}`
  next(why)
  return { code: exitOfSignal(received), why: failure === undefined ? why : `${why}; ${failure.why}` }
}

/** An interrupted call throws the reason of its signal, or an AbortError with that cause. */
function endedBySignal(error: unknown, { received, stop, abort }: Signals): boolean {
  if (received === undefined) return false
  return (
    error === stop.reason || error === abort.reason || (error as Error | undefined)?.name === 'AbortError'
  )
}

/**
 * Reads the settings of a command. One whose options come only from the command line does not fail because of a broken
 * file.
 */
async function settingsFor(command: NamedCommand, commands: Group): Promise<Settings> {
  const { showsRefused = false, records, tellsAlerts = false } = command
  const options = schemasOf(command).flatMap(({ properties }) => Object.values(properties))
  const needsNone = options.every(({ flagOnly }) => flagOnly === true)
  if (needsNone && !tellsAlerts) return NO_SETTINGS
  const reading = readSettings({
    schemas: () => allSchemas(commands),
    env: process.env,
    directory: process.cwd(),
    showRefused: showsRefused,
  })
  const settings = needsNone ? await reading.catch(() => NO_SETTINGS) : await reading
  // A job whose failure nobody would hear about must not begin.
  if (records !== undefined) await alertSettingsOf(settings)
  return settings
}

/** The value of --shutdown-timeout, wherever the command takes it; 0 if it does not, so that it ends at once. */
function shutdownTimeout({ schemas }: NamedCommand, layers: readonly Layer[]): number {
  const schema = schemas.find(({ properties }) => Object.hasOwn(properties, 'shutdownTimeoutMs'))
  if (schema === undefined) return 0
  const options: { readonly shutdownTimeoutMs?: number } = resolveOptions(
    schema,
    layersFor(schema, layers),
  ).options
  return options.shutdownTimeoutMs ?? 0
}
