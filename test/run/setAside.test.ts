import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import t from 'tap'
import { keptNames, setAside } from '../../lib/run/setAside.ts'

const REJECT = '{"line":1,"code":"not_json","reason":"it is none"}\n'
const openFiles = () => readdirSync('/proc/self/fd').length

t.test('rejects are kept as FILE.1, in the place of older ones, with no file left open', async (t) => {
  const directory = t.testdir({ 'r.jsonl': `${REJECT}new`, 'r.jsonl.1': REJECT })
  const before = process.platform === 'linux' && openFiles()
  setAside(`${directory}/r.jsonl`)
  t.strictSame(readdirSync(directory), ['r.jsonl.1'])
  t.equal(readFileSync(`${directory}/r.jsonl.1`, 'utf8'), `${REJECT}new`)
  t.equal(process.platform === 'linux' && openFiles(), before)
})

t.test('what has the name FILE.1 and is no rejects file stays, a link as well', async (t) => {
  const directory = t.testdir({ 'r.jsonl': REJECT, 'r.jsonl.2': 'mine', victim: REJECT, 'r.jsonl.3': {} })
  symlinkSync(`${directory}/victim`, `${directory}/r.jsonl.1`)
  setAside(`${directory}/r.jsonl`)
  t.strictSame(
    keptNames(`${directory}/r.jsonl`),
    [1, 2, 3, 4].map((n) => `${directory}/r.jsonl.${n}`),
  )
  t.equal(readFileSync(`${directory}/r.jsonl.2`, 'utf8'), 'mine')
  t.equal(readFileSync(`${directory}/r.jsonl.4`, 'utf8'), REJECT)
  t.equal(readFileSync(`${directory}/victim`, 'utf8'), REJECT)
})

t.test('an empty file counts as one of ours, and any other text does not', async (t) => {
  for (const [kept, name] of [
    ['', 'r.1'],
    ['{"line":"1"}', 'r.2'],
    ['{"id":null,"reason":"x"}', 'r.1'],
  ] as const) {
    const directory = t.testdir({ r: REJECT, 'r.1': kept })
    setAside(`${directory}/r`)
    t.equal(readFileSync(`${directory}/${name}`, 'utf8'), REJECT, kept)
  }
})
