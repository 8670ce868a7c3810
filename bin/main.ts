import { type Arguments, readArguments } from './cli/arguments.ts'
import type { NamedCommand } from './cli/command.ts'
import { type Console, processConsole, surviveClosedOutput } from './cli/console.ts'
import { consoleOptions } from './cli/consoleOptions.ts'
import { EXIT, exitOfError } from './cli/exit.ts'
import { commandHelp, helpFor } from './cli/help/help.ts'
import { requireOperands } from './cli/operands.ts'
import { schemasOf } from './cli/registry.ts'
import { runCommand } from './cli/run.ts'
import { dispatch } from './cli/tree.ts'
import { COMMANDS } from './commands/table.ts'
import { ElysiaError, layersFor, resolveOptions } from './library.ts'
import { type Observers, observeMessage } from './observers/current.ts'

/** The current way of writing messages. */
interface MessageState {
  console: Console
  /** The last message. */
  next?: string
  /** The command's observers. */
  observers?: Observers
}

/**
 * Runs the command in `argv`. Sets the exit code of the process, and leaves it to end by itself. The code is that of a
 * failure until the command has finished: a process that ends earlier, whatever the reason, has failed.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = EXIT.failed
  surviveClosedOutput()
  const speaking: MessageState = { console: processConsole(early(argv)) }
  const end = expectEnd(() => speaking.console.error(unsettled()))
  hearDefects(speaking)
  let error: unknown
  try {
    process.exitCode = await called(argv, speaking)
  } catch (thrown) {
    error = thrown
    process.exitCode = exitAfter(thrown, speaking.console)
  } finally {
    await speaking.observers?.end({ exitCode: Number(process.exitCode), error })
    if (speaking.next !== undefined && !speaking.console.json) speaking.console.note(speaking.next)
    end()
  }
}

/** The exit code for `argv`. Writes messages as the flags say, as soon as they are known. */
async function called(argv: readonly string[], speaking: MessageState): Promise<number> {
  let code: number = EXIT.done
  await dispatch(COMMANDS, argv, {
    async run(command, words) {
      code = await run(command, words, speaking)
    },
    async help(words) {
      await speaking.console.print(await helpFor(COMMANDS, words, speaking.console.columns))
    },
  })
  return code
}

async function run(command: NamedCommand, words: readonly string[], speaking: MessageState): Promise<number> {
  const { flags, steps, ...parsed } = readArguments(words, schemasOf(command))
  if (flags.values.help === true) {
    await speaking.console.print(commandHelp(command, speaking.console.columns))
    return EXIT.done
  }
  const console = processConsole(
    resolveOptions(consoleOptions, layersFor(consoleOptions, [flags])).options,
    observeMessage,
  )
  speaking.console = console
  const { operands, rest } = wordsOf(command, parsed)
  requireOperands(command, operands)
  const next = (text: string) => {
    speaking.next = text
  }
  const typed = [...command.name.split(' '), ...words]
  return runCommand(command, {
    name: command.name,
    typed,
    commands: COMMANDS,
    flags,
    steps,
    operands,
    rest,
    console,
    next,
    onObserved: (observers) => {
      speaking.observers = observers
    },
  })
}

/**
 * Node ends a process that has nothing left to wait for, even if a promise is unsettled: then `report` is called.
 * Returns a function to call at a proper end.
 */
function expectEnd(report: () => void): () => void {
  process.once('beforeExit', report)
  return () => process.off('beforeExit', report)
}

/**
 * Unhandled errors and Node's own warnings are reported like everything else: Node's own printing ignores --quiet, and
 * does not make texts visible. After an uncaught error nothing can be relied on.
 */
function hearDefects(speaking: Readonly<MessageState>): void {
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

function wordsOf({ wrapsCommand }: NamedCommand, { operands, rest }: Pick<Arguments, 'operands' | 'rest'>) {
  return wrapsCommand ? { operands, rest } : { operands: [...operands, ...(rest ?? [])], rest: undefined }
}

/** How to report faults in the command line itself. */
function early(argv: readonly string[]) {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  return {
    json: own.includes('--json'),
    quiet: own.some((word) => word === '--quiet' || /^-[a-z]*q[a-z]*$/.test(word)),
    verbose: own.includes('--verbose') || own.includes('-v'),
    progress: own.some(
      (word, at) => word === '--progress=json' || (word === 'json' && own[at - 1] === '--progress'),
    )
      ? ('json' as const)
      : ('auto' as const),
  }
}

/** The exit code after an error, which is reported; if the reader of the output went away, it is not. */
function exitAfter(error: unknown, console: Console): number {
  const code = exitOfError(error)
  if (code !== EXIT.brokenPipe) console.error(error)
  return code
}
