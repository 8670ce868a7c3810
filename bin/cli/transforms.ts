import { type Transform, transformJob, transformOptions } from '../library.ts'
import type { Context } from './command.ts'

type Settings = Parameters<Awaited<ReturnType<typeof transformJob>>['transformsOf']>[1]

/** The transforms that a command line asks for, in its order. @throws ElysiaError ELYSIA_USAGE */
export async function transformsFor(
  context: Pick<Context, 'steps' | 'options' | 'console'>,
): Promise<readonly Transform[]> {
  if (context.steps.length === 0) return []
  const { transformsOf } = await transformJob()
  return transformsOf(context.steps, stepSettings(context.console, context.options(transformOptions)))
}

/** What is said of all steps of one kind. What a script prints goes where all notes go: standard output is for data. */
export function stepSettings(
  console: Context['console'],
  { scriptTimeoutMs: timeoutMs }: { readonly scriptTimeoutMs: number },
): Settings {
  const onOutput = (text: string) => console.note(text.replace(/\n$/, '').split('\n'))
  return { script: { timeoutMs, onOutput } }
}
