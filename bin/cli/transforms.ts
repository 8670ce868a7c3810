import { type Resolved, readMaskKey, type Transform, transformJob, transformOptions } from '../library.ts'
import type { Context } from './command.ts'

/** What the options say of all steps of one kind; of the examples of a file less than of a job. */
type StepOptions = Pick<Resolved<typeof transformOptions>, 'scriptTimeoutMs' | 'maskKeyFile'> &
  Partial<Pick<Resolved<typeof transformOptions>, 'onConvertError'>>

type Settings = Parameters<Awaited<ReturnType<typeof transformJob>>['transformsOf']>[1]

/** The transforms that a command line asks for, in its order. @throws ElysiaError ELYSIA_USAGE */
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

/** What is said of all steps of one kind. What a script prints goes where all notes go: standard output is for data. */
export function stepSettings(
  console: Context['console'],
  { scriptTimeoutMs: timeoutMs, maskKeyFile, ...rest }: StepOptions,
): Settings {
  const onOutput = (text: string) => console.aside(text.replace(/\n$/, '').split('\n'))
  const maskKey = () => readMaskKey(process.env, maskKeyFile, console.warn)
  return { script: { timeoutMs, onOutput }, maskKey, ...rest }
}
