import { ElysiaError } from '../../../core/errors.ts'

/** The error for an input that changed between the first and the second pass. */
export function inputChanged(): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', 'the input changed while it was read', {
    hint: 'what was written stays; run the same command again: it begins at the first line',
  })
}
