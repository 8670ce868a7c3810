import { ElysiaError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import { dropProperty } from '../../transform/step/drop.ts'
import type { Transform } from '../../transform/transform.ts'

/** One transform as it was written: its kind, and what follows it. */
export interface TransformStep {
  readonly kind: string
  readonly text: string
}

type Make = (text: string) => Transform | Promise<Transform>

/** The kinds of transforms, each with what makes one of its text. A new one is a row here. */
const KINDS: Readonly<Record<string, Make>> = {
  drop: dropProperty,
}

/**
 * Makes transforms of what was written, in its order.
 * @throws ElysiaError ELYSIA_USAGE where one is none
 */
export async function transformsOf(steps: readonly TransformStep[]): Promise<Transform[]> {
  const transforms: Transform[] = []
  for (const { kind, text } of steps) {
    const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
    if (make === undefined) throw unknownKind(kind)
    transforms.push(await make(text))
  }
  return transforms
}

/** The step that a transform of this name is made of. */
export function stepOf(name: string): TransformStep {
  const [kind = ''] = name.split(' ', 1)
  return { kind, text: name.slice(kind.length + 1) }
}

function unknownKind(kind: string): ElysiaError {
  const known = Object.keys(KINDS)
  return new ElysiaError('ELYSIA_USAGE', `there is no transform ${kind}`, {
    hint: didYouMean(kind, known, `there are ${known.join(', ')}`),
  })
}
