// A backup whose transforms change texts that a vectorizer reads: it has to be said that the vectors stay.
import t from 'tap'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { THING, things } from '../backup/archived.ts'

t.test('refused, unless vectors are kept knowingly, or left out', async (t) => {
  const store = await things(10, { ...THING, vectorizer: 'text2vec-x' })
  const transforms = [dropProperty('kind')]
  const made = (options: object, context: object) =>
    backup(store, 'Thing', memoryStorage(new Map()), options, { transforms, ...context })
  await t.rejects(made({}, {}), {
    code: 'ELYSIA_USAGE',
    message: 'drop kind changes what text2vec-x makes vectors of Thing from',
    hint: /--vectors keeps .* --no-vectors/,
  })
  t.match(await made({}, { keepsVectors: true }), { report: { objects: 10 } })
  t.match(await made({ vectors: false }, {}), { report: { objects: 10 } })
  t.match(
    await made({}, { transforms: [dropProperty('count')] }),
    { report: { objects: 10 } },
    'nobody reads that',
  )
})
