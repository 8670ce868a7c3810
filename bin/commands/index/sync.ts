import type { Command, Context } from '../../cli/command.ts'
import { type Source, standardInput } from '../../cli/inputs.ts'
import { producer } from '../../cli/producer.ts'
import {
  ElysiaError,
  ingestOptions,
  type OptionsSchema,
  runOptions,
  targetOptions,
  transformOptions,
  withoutKeys,
} from '../../library.ts'
import { runIngest } from '../../runIngest.ts'
import { outputMessages } from '../../view/live/outputMessages.ts'

const syncOptions = {
  type: 'object',
  name: 'sync',
  title: 'Source options',
  description: 'Where the change records come from.',
  properties: {
    stdin: {
      type: 'boolean',
      description: 'read from standard input; - does the same',
      default: false,
      flagOnly: true,
    },
    fromCommand: {
      type: 'boolean',
      description: 'read the output of the command after --; if it fails, the run fails',
      default: false,
      flagOnly: true,
    },
    inputName: {
      type: 'string',
      description:
        'the name of this stream, where several go into one collection; runs of one name continue each other',
      placeholder: 'NAME',
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `index sync`: a stream of change records → a collection. */
export const command: Command = {
  records: 'ingest',
  summary: 'bring a collection up to date with what a pipe or a command produces',
  operands: [{ name: '-', optional: true }],
  usage: '--stdin | - | --from-command -- CMD…',
  examples: [
    'producer | elysiactl index sync --stdin --collection source-code',
    'kcat -C -t code | elysiactl index sync --stdin --input-name kafka-code --collection source-code',
    'elysiactl index sync --collection source-code --from-command -- ./producer --since yesterday',
  ],
  schemas: [syncOptions, ingestOptions, transformOptions, runOptions, targetOptions],
  document: 'report',
  exits: ['rejects', 'damage', 'conflict', 'locked', 'unreachable'],
  docs: 'docs/producers-and-consumers.md, docs/recipes.md',
  continuing: ({ options }) => ({
    keeps: !options(ingestOptions).dryRun,
    drop: ['--fresh'],
    ...(!options(syncOptions).fromCommand && { input: 'records' }),
  }),
  wrapsCommand: true,
  run: (context) => runIngest(context, async () => [named(input(context), context)]),
}

/**
 * The input under the name of --input-name. Two runs over inputs with the same names may continue each other, and never
 * run at once.
 */
function named(source: Source, context: Context): Source {
  const { inputName } = context.options(syncOptions)
  if (inputName === undefined) return source
  return { ...source, name: `input:${inputName}`, ...(source.name === 'stdin' && { file: 0 }) }
}

function input(context: Context): Source {
  const { stdin, fromCommand } = context.options(syncOptions)
  const { operands, rest = [] } = context
  const dash = operands.length === 1 && operands[0] === '-'
  const [program, ...words] = rest
  if (rest.length > 0 && !fromCommand)
    throw usage('the words after -- are a command', 'put --from-command before them')
  if (operands.length > 0 && !dash)
    throw usage(`${operands[0]} is not an input of sync`, 'give files to `index process-jsonl`')
  if ((stdin || dash) && fromCommand)
    throw usage('--stdin and --from-command are two inputs', 'choose one of them')
  if (stdin || dash) return standardInput()
  if (!fromCommand) throw usage('no input is given', 'give --stdin, or --from-command -- CMD…')
  if (program === undefined)
    throw usage('--from-command names no command', 'write it after --: --from-command -- CMD…')
  const { console } = context
  const env = withoutKeys(process.env, context.settings)
  return producer(
    [program, ...words],
    context.stop,
    env,
    console.progress === 'json' ? outputMessages(console) : undefined,
  )
}

function usage(message: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, { hint })
}
