import { type Transform, transformJob } from '../library.ts'
import type { Context } from './command.ts'

/** The transforms that a command line asks for, in its order. @throws ElysiaError ELYSIA_USAGE */
export async function transformsFor({ steps }: Pick<Context, 'steps'>): Promise<readonly Transform[]> {
  if (steps.length === 0) return []
  const { transformsOf } = await transformJob()
  return transformsOf(steps)
}
