import t from 'tap'
import type { ElysiaError } from '../../../lib/core/errors.ts'
import { transformOptions } from '../../../lib/job/transform/options.ts'
import { stepOf, stepsAmong, transformsOf } from '../../../lib/job/transform/steps.ts'

t.test('a transform is made again of its own name', async (t) => {
  const [made] = await transformsOf([{ kind: 'drop', text: 'title' }])
  t.equal(made?.name, 'drop title')
  t.same(stepOf('drop title'), { kind: 'drop', text: 'title' })
})

t.test('what follows from an option of a job is no step of its own', async (t) => {
  const steps = stepsAmong(['drop title', 'vectors drop', 'revectorize', 'map a=b'])
  t.same(
    steps.map(({ kind }) => kind),
    ['drop', 'map'],
  )
})

t.test('a kind that there is not is refused, with the nearest', async (t) => {
  const error = await transformsOf([{ kind: 'dorp', text: 'x' }]).catch((thrown: ElysiaError) => thrown)
  t.match(error, { code: 'ELYSIA_USAGE', message: 'there is no transform dorp' })
  t.match((error as ElysiaError).hint, /drop/)
})

t.test('every ordered option is a kind', async (t) => {
  const kinds = Object.entries(transformOptions.properties).filter(([, one]) => 'ordered' in one)
  for (const [kind] of kinds)
    await transformsOf([{ kind, text: 'x' }]).catch((error) =>
      t.notMatch(error.message, /there is no transform/, kind),
    )
  t.ok(kinds.length > 0)
})

t.test('what was declared brings no script', async (t) => {
  t.throws(() => stepsAmong(['drop title', 'script fix.mjs']), {
    code: 'ELYSIA_USAGE',
    message: /it was made with the script fix.mjs/,
  })
})
