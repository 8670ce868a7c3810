import { readArguments } from './cli/arguments.ts'
import type { Command, Context } from './cli/command.ts'
import { type Console, outliveReaders, processConsole } from './cli/console.ts'
import { consoleOptions } from './cli/consoleOptions.ts'
import { EXIT, type ExitCode, exitOf, exitOfSignal } from './cli/exit.ts'
import { commandHelp, overview } from './cli/help.ts'
import { ALL_SCHEMAS } from './cli/schemas.ts'
import { type Signals, takeSignals } from './cli/signals.ts'
import { type Closable, type KnownRuns, openChosenTarget, readChosenState } from './cli/target.ts'
import { COMMANDS, GROUPS } from './commands/table.ts'
import {
  didYouMean,
  ElysiaError,
  type Layer,
  layersFor,
  messageOf,
  readSettings,
  resolve,
  type Settings,
} from './library.ts'

/**
 * Runs the command that `argv` names. Sets the exit code of the process, and leaves it to end by itself. The code is
 * that of a failure until the command has come to its end: a process that ends before, whatever the reason, has failed.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = EXIT.failed
  outliveReaders()
  const speaking = { console: processConsole(early(argv)) }
  const end = expectEnd(() => speaking.console.error(unsettled()))
  hearDefects(speaking)
  try {
    process.exitCode = await called(argv, speaking)
  } catch (error) {
    process.exitCode = exitAfter(error, speaking.console)
  } finally {
    end()
  }
}

/** The exit code of what `argv` asks for. Speaks as soon as it is known as the flags say. */
async function called(argv: readonly string[], speaking: { console: Console }): Promise<number> {
  const asked = await find(argv)
  if ('help' in asked) return printHelp(speaking, asked.help)
  const { command, words } = asked
  const { flags, ...given } = readArguments(words, [...command.schemas, consoleOptions])
  if (flags.values.help === true) return printHelp(speaking, commandHelp(command))
  const console = processConsole(resolve(consoleOptions, layersFor(consoleOptions, [flags])).options)
  speaking.console = console
  return runCommand(command, { flags, ...wordsOf(command, given), console })
}

async function printHelp({ console }: { console: Console }, help: readonly string[]): Promise<number> {
  await console.print(help)
  return EXIT.done
}

/**
 * Node ends a process that has nothing left to wait for, though a promise of it was never settled: `say` is told.
 * Returns what is called at a proper end.
 */
function expectEnd(say: () => void): () => void {
  process.once('beforeExit', say)
  return () => process.off('beforeExit', say)
}

/**
 * What nobody awaited and what Node itself has to say is told as all else is: its own printing knows neither --quiet
 * nor what a terminal makes of a message. After an error that was thrown past everybody nothing can be relied on.
 */
function hearDefects(speaking: { readonly console: Console }): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => speaking.console.detail(String(warning)))
  process.once('uncaughtException', (error) => {
    speaking.console.error(error)
    process.exit(EXIT.failed)
  })
}

function unsettled(): ElysiaError {
  return new ElysiaError(
    'ELYSIA_INTERNAL',
    'the command stopped in the middle: nothing was left to wait for',
    {
      hint: 'what it has written may be part of the work only; please report this, with the command line',
    },
  )
}

function wordsOf({ wrapsCommand }: Command, { operands, rest }: Pick<Asked, 'operands' | 'rest'>) {
  return wrapsCommand ? { operands, rest } : { operands: [...operands, ...(rest ?? [])], rest: undefined }
}

/** How to speak of faults in the command line itself. */
function early(argv: readonly string[]) {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  return {
    json: own.includes('--json'),
    quiet: own.some((word) => word === '--quiet' || /^-[a-z]*q[a-z]*$/.test(word)),
    verbose: own.includes('--verbose') || own.includes('-v'),
  }
}

/** The command that the first words name and the words after it, or the help that was asked for. */
async function find(
  argv: readonly string[],
): Promise<{ command: Command; words: readonly string[] } | { help: readonly string[] }> {
  const [first] = argv
  if (first === undefined || isHelp(first) || first === 'help') return { help: await overview() }
  for (let length = 1; ; length++) {
    const name = argv.slice(0, length).join(' ')
    if (Object.hasOwn(COMMANDS, name)) return load(name, argv.slice(length))
    if (!Object.hasOwn(GROUPS, name))
      throw unknownCommand(argv[length - 1]!, argv.slice(0, length - 1).join(' '))
    const next = argv[length]
    if (next === undefined || isHelp(next)) return { help: await overview(name) }
  }
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h'
}

async function load(name: string, words: readonly string[]) {
  return { command: (await COMMANDS[name]!()).command, words }
}

/** The words that may stand behind a group; the first words of all where it is empty. */
function wordsBehind(group: string): string[] {
  const depth = group === '' ? 0 : group.split(' ').length
  const names = Object.keys(COMMANDS).filter((name) => group === '' || name.startsWith(`${group} `))
  return [...new Set(names.map((name) => name.split(' ')[depth]!))]
}

function unknownCommand(typed: string, group: string): ElysiaError {
  const what = typed.startsWith('-') ? 'option' : 'command'
  const behind = group === '' ? '' : `${group} `
  const hint = didYouMean(typed, wordsBehind(group), `elysiactl ${behind}--help lists the commands`)
  return new ElysiaError('ELYSIA_USAGE', `unknown ${what} ${behind}${typed}`, { hint })
}

type Asked = Pick<Context, 'flags' | 'operands' | 'rest' | 'console'>

async function runCommand(command: Command, asked: Asked): Promise<number> {
  const settings = await settingsFor(command)
  for (const warning of settings.warnings) asked.console.warn(warning)
  const layers = [asked.flags, ...settings.layers]
  let opened: Promise<Closable> | undefined
  let known: Promise<KnownRuns> | undefined
  let signals: Signals | undefined
  let failure: { readonly code: ExitCode; readonly why: string } | undefined
  const onSignal = () => {
    signals ??= takeSignals(shutdownTimeout(command, layers), asked.console.note)
    return signals
  }
  try {
    await command.run({
      ...asked,
      commands: COMMANDS,
      settings,
      get stop() {
        return onSignal().stop
      },
      get signal() {
        return onSignal().abort
      },
      options: (schema) => resolve(schema, layersFor(schema, layers)).options,
      openTarget: (opening = {}) => {
        opened ??= openChosenTarget(asked.flags, settings, asked.console, opening)
        return opened
      },
      readTarget: (other) => {
        const { flags, console } = asked
        const chosen =
          other === undefined ? flags : { ...flags, values: { ...flags.values, target: other.address } }
        opened ??= openChosenTarget(chosen, settings, console, 'reading', other?.flag)
        return opened
      },
      readRuns: () => {
        known ??= readChosenState(asked.flags, settings, asked.console)
        return known
      },
      fail: (code, why) => {
        failure ??= { code, why }
      },
    })
  } catch (error) {
    if (signals === undefined || !endedBySignal(error, signals)) throw error
    asked.console.detail(messageOf(error))
  } finally {
    for (const one of [opened, known]) await (await one?.catch(() => undefined))?.close()
    signals?.release()
  }
  if (signals?.received !== undefined) failure = interruption(command, signals.received, failure?.why)
  if (failure === undefined) return EXIT.done
  asked.console.failure(failure.why, failure.code)
  return failure.code
}

/** `failure` is what the command had to say before the signal came, which has the exit code. */
function interruption({ name, interrupted }: Command, signal: NodeJS.Signals, failure: string | undefined) {
  const left = interrupted === undefined ? '' : `: ${interrupted}`
  const failed = failure === undefined ? '' : `; ${failure}`
  return { code: exitOfSignal(signal), why: `${name} was ended by ${signal}${left}${failed}` }
}

/** An interrupted call throws the reason of its signal, or an AbortError with that cause. */
function endedBySignal(error: unknown, { received, stop, abort }: Signals): boolean {
  if (received === undefined) return false
  return (
    error === stop.reason || error === abort.reason || (error as Error | undefined)?.name === 'AbortError'
  )
}

/** A command whose options come from the command line alone must not fail for a broken file. */
async function settingsFor({ name, schemas }: Command): Promise<Settings> {
  const options = schemas.flatMap(({ properties }) => Object.values(properties))
  if (options.every(({ flagOnly }) => flagOnly === true))
    return { layers: [], files: [], targets: {}, warnings: [] }
  const showRefused = name === 'config show'
  return readSettings({ schemas: ALL_SCHEMAS, env: process.env, directory: process.cwd(), showRefused })
}

/** Commands take the option by itself or among the others of a run; one without it ends at once. */
function shutdownTimeout({ schemas }: Command, layers: readonly Layer[]): number {
  const schema = schemas.find(({ properties }) => Object.hasOwn(properties, 'shutdownTimeoutMs'))
  if (schema === undefined) return 0
  const options: { readonly shutdownTimeoutMs?: number } = resolve(schema, layersFor(schema, layers)).options
  return options.shutdownTimeoutMs ?? 0
}

/** The exit code after an error, which is told; that the reader of the output went away is not. */
function exitAfter(error: unknown, console: Console): number {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE') return EXIT.brokenPipe
  console.error(error)
  return exitOf(error instanceof ElysiaError ? error.code : undefined)
}
