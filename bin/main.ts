import { readArguments } from './arguments.ts'
import type { Command, Context } from './command.ts'
import { COMMANDS, GROUPS } from './commands/table.ts'
import { type Console, processConsole } from './console.ts'
import { consoleOptions } from './consoleOptions.ts'
import { EXIT, exitOf, exitOfSignal } from './exit.ts'
import { commandHelp, overview } from './help.ts'
import { ElysiaError, type Layer, layersFor, meant, readSettings, resolve, type Settings } from './library.ts'
import { ALL_SCHEMAS } from './schemas.ts'
import { type Signals, takeSignals } from './signals.ts'
import { type Closable, openChosenTarget } from './target.ts'

/** Runs the command that `argv` names. Sets the exit code of the process, and leaves it to end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stderr.on('error', () => {})
  process.stdout.on('error', () => {})
  let console = processConsole(early(argv))
  try {
    const asked = await find(argv)
    if (typeof asked === 'string') return await console.data(asked)
    const { command, words } = asked
    const { flags, ...given } = readArguments(words, [...command.schemas, consoleOptions])
    if (flags.values.help === true) return await console.data(commandHelp(command))
    console = processConsole(resolve(consoleOptions, layersFor(consoleOptions, [flags])).options)
    await runCommand(command, { flags, ...wordsOf(command, given), console })
  } catch (error) {
    process.exitCode = exitAfter(error, console)
  }
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
    quiet: false,
    verbose: own.includes('--verbose') || own.includes('-v'),
  }
}

/** The command that the first words name and the words after it, or the help that was asked for. */
async function find(
  argv: readonly string[],
): Promise<{ command: Command; words: readonly string[] } | string> {
  const [first] = argv
  if (first === undefined || isHelp(first) || first === 'help') return overview()
  for (let length = 1; ; length++) {
    const name = argv.slice(0, length).join(' ')
    if (Object.hasOwn(COMMANDS, name)) return load(name, argv.slice(length))
    if (!Object.hasOwn(GROUPS, name))
      throw unknownCommand(argv[length - 1]!, argv.slice(0, length - 1).join(' '))
    const next = argv[length]
    if (next === undefined || isHelp(next)) return overview(name)
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
  const hint = meant(typed, wordsBehind(group), `elysiactl ${behind}--help lists the commands`)
  return new ElysiaError('ELYSIA_USAGE', `unknown ${what} ${behind}${typed}`, { hint })
}

type Asked = Pick<Context, 'flags' | 'operands' | 'rest' | 'console'>

async function runCommand(command: Command, asked: Asked): Promise<void> {
  const settings = await settingsFor(command)
  for (const warning of settings.warnings) asked.console.warn(warning)
  const layers = [asked.flags, ...settings.layers]
  let opened: Promise<Closable> | undefined
  let signals: Signals | undefined
  const hear = () => {
    signals ??= takeSignals(shutdownTimeout(command, layers), asked.console.note)
    return signals
  }
  try {
    await command.run({
      ...asked,
      settings,
      get stop() {
        return hear().stop
      },
      get signal() {
        return hear().abort
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
      setExit: (code) => {
        process.exitCode = code
      },
    })
  } catch (error) {
    if (signals === undefined || !endedBySignal(error, signals)) throw error
    asked.console.detail(String(error))
  } finally {
    await (await opened?.catch(() => undefined))?.close()
    signals?.release()
  }
  if (signals?.received !== undefined) process.exitCode = exitOfSignal(signals.received)
}

/** An interrupted call throws the reason of its signal, or an AbortError with that cause. */
function endedBySignal(error: unknown, { received, stop, abort }: Signals): boolean {
  if (received === undefined) return false
  return (
    error === stop.reason || error === abort.reason || (error as Error | undefined)?.name === 'AbortError'
  )
}

/** A command whose options come from the command line alone must not fail for a broken file. */
async function settingsFor({ schemas }: Command): Promise<Settings> {
  const options = schemas.flatMap(({ properties }) => Object.values(properties))
  if (options.every(({ flagOnly }) => flagOnly === true)) return { layers: [], targets: {}, warnings: [] }
  return readSettings({ schemas: ALL_SCHEMAS, env: process.env, directory: process.cwd() })
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
