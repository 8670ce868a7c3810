import t from 'tap'
import { ElysiaError, rewordError } from '../../lib/core/errors.ts'

t.test('a conflict without a hint does not compile: it says what would work instead', async (t) => {
  // @ts-expect-error: the hint is missing
  const silent = new ElysiaError('ELYSIA_CONFLICT', 'it is there already')
  // @ts-expect-error: as it is where the code is not known
  const unknown = new ElysiaError(silent.code, 'it is there already', {})
  t.equal(unknown.hint, undefined)
  t.equal(new ElysiaError('ELYSIA_CONFLICT', 'it is there', { hint: 'take another' }).hint, 'take another')
  t.equal(new ElysiaError('ELYSIA_STORE', 'it failed').hint, undefined, 'other errors may have none')
})

t.test('an error in other words keeps its code and its hint', async (t) => {
  const cause = new ElysiaError('ELYSIA_CONFLICT', 'it is there', { hint: 'take another' })
  t.match(rewordError(cause, 'line 3: it is there'), {
    ...{ code: 'ELYSIA_CONFLICT', message: 'line 3: it is there', hint: 'take another', cause },
  })
})
