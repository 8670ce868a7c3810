import { createHash } from 'node:crypto'
import t from 'tap'
import { makeReject, Reject } from '../../../lib/core/reject.ts'
import { LinesDigest } from '../../../lib/stream/lines/digest.ts'

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const line = (text: string) => ({ line: 1, end: 1, text })

function digestOf(...items: Parameters<LinesDigest['update']>[0][]): string {
  const digest = new LinesDigest()
  for (const item of items) digest.update(item)
  return digest.hex()
}

t.test('LinesDigest: is the SHA-256 of the lines, each with LF', async (t) => {
  t.equal(digestOf(), sha256(''))
  t.equal(digestOf(line('one'), line('zwölf'), line('😀')), sha256('one\nzwölf\n😀\n'))
})

t.test('LinesDigest: tells where one line ends and the next begins', async (t) => {
  t.not(digestOf(line('ab'), line('c')), digestOf(line('a'), line('bc')))
})

t.test('LinesDigest: takes bytes for what is not UTF-8 and the digest for what was too long', async (t) => {
  const bytes = Buffer.from([0xff, 0xfe])
  const invalid = new Reject({ line: 1, end: 1, bytes }, 'invalid_utf8', '')
  const long = new Reject({ line: 2, end: 2, digest: sha256('long') }, 'line_too_long', '')
  const expected = Buffer.concat([Buffer.from('a\n'), bytes, Buffer.from(`\n${sha256('long')}\nb\n`)])
  t.equal(digestOf(line('a'), invalid, long, line('b')), sha256(expected))
})

t.test('LinesDigest: a reject made of a line hashes as the line, an empty one included', async (t) => {
  for (const text of ['{"a":1}', '']) {
    t.equal(digestOf(makeReject(line(text), 'not_json', 'whatever')), digestOf(line(text)))
  }
})

t.test('LinesDigest: may be asked again and again, however many lines it has seen', async (t) => {
  const digest = new LinesDigest()
  let all = ''
  for (const count of [1, 10, 5000]) {
    const texts = Array.from({ length: count }, (_, at) => `line ${at} of ${count}`)
    digest.updateAll(texts.map(line))
    all += texts.map((text) => `${text}\n`).join('')
    t.equal(digest.hex(), sha256(all))
    t.equal(digest.hex(), sha256(all), 'asking changes nothing')
  }
})
