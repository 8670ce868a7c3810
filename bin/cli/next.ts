import {
  ElysiaError,
  ingestOptions,
  layersFor,
  namesOf,
  type OptionsSchema,
  targetOptions,
  transformOptions,
} from '../library.ts'
import type { Context } from './command.ts'
import { commandLine } from './signal/commandLine.ts'
import { continueText } from './signal/continueText.ts'

type Flags = Pick<Context, 'flags'>

/** Flags that must be repeated in their order. */
export const ORDERED: readonly string[] = Object.entries(transformOptions.properties).flatMap(
  ([key, option]) => ('ordered' in option ? [key] : []),
)

/** The words that pass the same transforms to another command. */
export function stepWords(steps: Context['steps']): string[] {
  return steps.flatMap(({ kind, text }) => [`--${kind}`, text])
}

/** Flags of a run that would mean something else for its rejects. */
const OF_ONE_RUN: ReadonlySet<string> = new Set(['dryRun', 'fromRejects', ...ORDERED])

/** The command that takes rejected records again after correction, with the flags that were given. */
export function feedRejects({ flags, steps }: Flags & Pick<Context, 'steps'>, path: string): string {
  const schemas = [ingestOptions, transformOptions, targetOptions]
  const kept = schemas.flatMap((schema) => givenFlags(schema, flags, OF_ONE_RUN))
  const line = commandLine(['index', 'process-jsonl', path, '--from-rejects', ...kept, ...stepWords(steps)])
  return `correct the rejected records, then: ${line}`
}

/** The given flags of a schema, for another command line; without those in `not`, by key. */
export function givenFlags(
  schema: OptionsSchema,
  flags: Context['flags'],
  not: ReadonlySet<string>,
): string[] {
  const { values } = layersFor(schema, [flags])[0]!
  return Object.entries(values).flatMap(([key, value]) => {
    if (not.has(key)) return []
    const { flag } = namesOf(key, schema.properties[key]!)
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`]
    return [`--${flag}`, String(value)]
  })
}

/** Errors that may be over later. */
const PASSING: ReadonlySet<string> = new Set(['ELYSIA_UNREACHABLE', 'ELYSIA_STATE', 'ELYSIA_PRODUCER'])

/** How a run that had begun continues after this error; undefined if the same command would fail again. */
export function afterError(context: Context, error: unknown): string | undefined {
  if (!(error instanceof ElysiaError) || !PASSING.has(error.code)) return undefined
  return continueText(context.typed, context.continuing)
}
