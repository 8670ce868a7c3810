import {
  type ResolvedOptions,
  readMaskKey,
  type Transform,
  transformJob,
  transformOptions,
} from '../library.ts'
import type { Context } from './command.ts'

/** The settings for all steps of one kind; tests of examples have fewer than jobs. */
type StepOptions = Pick<ResolvedOptions<typeof transformOptions>, 'scriptTimeoutMs' | 'maskKeyFile'> &
  Partial<Pick<ResolvedOptions<typeof transformOptions>, 'onConvertError'>>

type Settings = Parameters<Awaited<ReturnType<typeof transformJob>>['transformsOf']>[1]

/** The transforms on the command line, in order. @throws ElysiaError ELYSIA_USAGE */
export async function transformsFor(
  context: Pick<Context, 'steps' | 'options' | 'console'>,
): Promise<readonly Transform[]> {
  if (context.steps.length === 0) return []
  const { transformsOf } = await transformJob()
  return transformsOf(context.steps, stepSettings(context.console, settingsOf(context)))
}

function settingsOf({ options }: Pick<Context, 'options'>): StepOptions {
  const { scriptTimeoutMs, onConvertError, maskKeyFile } = options(transformOptions)
  return { scriptTimeoutMs, onConvertError, ...(maskKeyFile !== undefined && { maskKeyFile }) }
}

/** The settings for all steps of one kind. A script's output goes where all notes go: standard output is for data. */
export function stepSettings(
  console: Context['console'],
  { scriptTimeoutMs: timeoutMs, maskKeyFile, ...rest }: StepOptions,
): Settings {
  const onOutput = (text: string) => console.aside(text.replace(/\n$/, '').split('\n'))
  const maskKey = () => readMaskKey(process.env, maskKeyFile, console.warn)
  return { script: { timeoutMs, onOutput }, maskKey, ...rest }
}
