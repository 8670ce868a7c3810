import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t from 'tap'
import { foreignLines } from '../../../lib/job/ingest/foreignLines.ts'
import { inspectBytes } from '../../../lib/stream/bytes/inspectBytes.ts'

const HASH = '0123456789abcdef0123456789abcdef01234567'
const ID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
const LONG = 'x'.repeat(100_000)

/** What is said of an input that comes in chunks of this size; its bytes where nothing is. */
async function said(text: string, fromRejects = false, size = 1000): Promise<string> {
  const bytes = Buffer.from(text)
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const passed: Buffer[] = []
  const end = new Writable({
    write(chunk: Buffer, _, done) {
      passed.push(chunk)
      done()
    },
  })
  try {
    const stage = inspectBytes((beginning) => foreignLines(beginning, fromRejects))
    await pipeline(Readable.from(chunks(), { objectMode: false }), stage, end)
    return Buffer.concat(passed).toString()
  } catch (error) {
    t.equal(passed.length, 0, 'nothing was passed on')
    t.match(error, { code: 'ELYSIA_INPUT', hint: /elysiactl|--/ })
    return (error as Error).message
  }
}

t.test('other things than change records are told by their beginning, whatever the chunks', async (t) => {
  const objects = `{"id":"${ID}","properties":{"a":"${LONG}"}}`
  const cases: [RegExp, string][] = [
    [/output of git/, `commit ${HASH}\nAuthor: x\n`],
    [/output of git/, `commit ${HASH} (HEAD -> main, origin/main)\n`],
    [/output of git/, `\n${HASH.slice(0, 8)} say something\n`],
    [/output of git/, `* commit ${HASH}\n`],
    [/output of git/, 'M\tREADME.md\nR100\ta\tb\n'],
    [/output of git/, `:100644 100644 ${HASH.slice(0, 8)} 1234567 M\ta\n`],
    [/output of git/, 'diff --git a/x b/x\n'],
    [/output of git/, `From ${HASH} Mon Sep 17 00:00:00 2001\n`],
    [/is a rejects file/, '{"line":3,"code":"not_json","reason":"no","record":"x"}\n'],
    [/is a rejects file/, '{"record_base64":"eA==","reason":"no","code":"invalid_utf8","line":3}'],
    [/is a rejects file/, `{"line":3,"code":"no_content","reason":"no","record":"${LONG}"}\n`],
    [/rejects file of a restore/, `{"id":"${ID}","reason":"no","part":"p","object":{"id":"${ID}"}}\n`],
    [
      /rejects file of a restore/,
      `{"id":null,"reason":"no","part":"p","code":"not_json","line":1,"record":"x"}\n`,
    ],
    [/rejects file of a restore/, `{"id":"${ID}","reason":"no","part":"p","object":{"a":"${LONG}"}}\n`],
    [/is an archive/, '{"elysiactl_archive":{"format":"jsonl"},"sha256":"0"}\n'],
    [/is an archive/, `{"elysiactl_archive":{"schema":"${LONG}"},"sha256":"0"}\n`],
    [/is the manifest/, `{\n  "sha256": "${HASH}${HASH.slice(0, 24)}",\n  "manifest": {}\n}\n`],
    [/holds objects/, `{"id":"${ID}","properties":{"a":1}}\n`],
    [/holds objects/, `${objects}\n`],
    [/holds objects/, `[\n${objects}\n]\n`],
    [/backup document/, `\ufeff\n{\n  "metadata": {"a": 1}, "objects": []}\n`],
    [/backup document/, `{"metadata":{"a":1},"schema":{"class":"A"},"objects":[{"a":"${LONG}"}]}\n`],
    [/JSON of a class/, '{"class":"A","properties":[]}\n'],
  ]
  for (const [message, text] of cases) {
    for (const size of [1000, 1 << 20]) t.match(await said(text, false, size), message, text.slice(0, 60))
    if (text.length < 1000) t.match(await said(text, false, 1), message, text.slice(0, 60))
  }
  for (const [message, text] of cases.filter(([pattern]) => !/is a rejects/.test(pattern.source))) {
    t.match(await said(text, true), message, `${text.slice(0, 60)} with --from-rejects`)
  }
  t.match(await said('{"repo":"r","op":"add","path":"p"}\n', true), /holds change records/)
  const rejects = '{"line":3,"code":"not_json","reason":"no","record":"x"}\n'
  t.equal(await said(rejects, true), rejects)
})

t.test('a first line that is merely bad is left to its own reject', async (t) => {
  const record = {
    metadata: { schema: { a: 1 }, objects: [] },
    repo: 'r',
    op: 'add',
    path: 'p',
    content: LONG,
  }
  const quoting = { repo: 'r', op: 'add', path: 'p', content: '"objects": [ "schema": {'.repeat(5000) }
  const firsts = [
    '',
    '{',
    '[',
    '[]',
    '[{"repo":"r"}]',
    'null',
    '12',
    'not json',
    '{"metadata":',
    '{"id":"x"}',
    'é 12',
  ]
  const records = [record, quoting].map((one) => JSON.stringify(one))
  for (const first of [...firsts, ...records]) {
    const text = `${first}\n{"repo":"r","op":"add","path":"q"}\n`
    for (const size of [7, 1 << 20]) t.equal(await said(text, false, size), text, first.slice(0, 30))
  }
})

t.test('no change record, whatever its fields, is taken for something else', async () => {
  const known = fc.record({ repo: fc.string(), op: fc.constantFrom('add', 'delete'), path: fc.string() })
  const names = fc.constantFrom(
    'id',
    'properties',
    'class',
    'code',
    'reason',
    'objects',
    'metadata',
    'schema',
    'sha256',
  )
  await fc.assert(
    fc.asyncProperty(
      known,
      fc.dictionary(names, fc.jsonValue()),
      fc.boolean(),
      async (record, more, before) => {
        const text = `${JSON.stringify(before ? { ...more, ...record } : { ...record, ...more })}\n`
        return (await said(text)) === text
      },
    ),
  )
})
