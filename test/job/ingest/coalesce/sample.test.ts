import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { repeatsPaths } from '../../../../lib/job/ingest/coalesce/sample.ts'
import type { Input } from '../../../../lib/job/ingest/input.ts'
import { ingestOptions } from '../../../../lib/job/ingest/options.ts'
import { resolveInput } from '../../../../lib/options/options.ts'

const options = resolveInput(ingestOptions, { collection: 'A' })
const directory = t.testdir()

function file(name: string, records: number, of: (n: number) => object): Input {
  const lines = Array.from(
    { length: records },
    (_, n) => `${JSON.stringify({ repo: 'A', op: 'add', ...of(n) })}\n`,
  )
  const path = join(directory, name)
  writeFileSync(path, lines.join(''))
  return { name: path, rereadable: true, open: () => t.fail('it is not read') as never }
}

const content = 'x'.repeat(500)

t.test('a file is read twice where a sample shows a path twice, or more than writes', async (t) => {
  const once = file('once', 20_000, (n) => ({ path: `${n}`, content }))
  t.equal(repeatsPaths([once], options), false)
  t.equal(repeatsPaths([once, once], options), true, 'the second file has the same paths')
  const often = file('often', 20_000, (n) => ({ path: `${(n * 7919) % 2000}`, content }))
  t.equal(repeatsPaths([often], options), true)
  const renamed = file('renamed', 20_000, (n) =>
    n % 50 === 0 ? { op: 'rename', path: `${n}`, new_path: 'b' } : { path: `${n}`, content },
  )
  t.equal(repeatsPaths([renamed], options), true)
})

t.test('long lines in the same order of paths again and again are recognized', async (t) => {
  const path = join(directory, 'history')
  const handle = openSync(path, 'w')
  const long = 'x'.repeat(13_000)
  for (let n = 0; n < 4500; n++) {
    const record = { repo: 'A', op: 'modify', path: `f${n % 1500}`, content: long }
    writeSync(handle, `${JSON.stringify(record)}\n`)
  }
  closeSync(handle)
  const input: Input = { name: path, rereadable: true, open: () => t.fail('it is not read') as never }
  t.equal(repeatsPaths([input], options), true)
})

t.test('a file is read twice where it is small, or nobody can look into it', async (t) => {
  t.equal(repeatsPaths([file('small', 10, (n) => ({ path: `${n}`, content }))], options), true)
  t.equal(repeatsPaths([{ ...file('x', 1, () => ({})), name: 'nowhere' }], options), true)
})
