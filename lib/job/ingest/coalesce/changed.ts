import { ElysiaError } from '../../../core/errors.ts'

/** An input is not, in the second pass, what it was in the first. */
export function changedMeanwhile(): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', 'the input changed while it was read', {
    hint: 'what was written stands; give the same command again: it begins at the first line',
  })
}
