import t from 'tap'
import { weaviateDouble } from './double/double.ts'

t.test('a class that was posted is there, whatever the case of its first letter', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const body = JSON.stringify({ class: 'sourceCode', properties: [{ name: 'path', dataType: ['text'] }] })
  const headers = { 'content-type': 'application/json' }
  const posted = await fetch(`${double.http}/v1/schema`, { method: 'POST', body, headers })
  t.equal(posted.status, 200)
  const got = await fetch(`${double.http}/v1/schema/SourceCode`)
  t.match(await got.json(), { class: 'SourceCode', properties: [{ name: 'path', dataType: ['text'] }] })
})
