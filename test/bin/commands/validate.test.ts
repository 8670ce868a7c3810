import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import type { Reject } from '../../../lib/core/reject.ts'
import { validateInput } from '../../../lib/job/ingest/validateInput.ts'
import { validateOptions } from '../../../lib/job/ingest/validateOptions.ts'
import { resolveInput } from '../../../lib/options/options.ts'
import { adds, home } from '../elysiactl.ts'

const VALIDATE = ['index', 'validate']
const FAULTY = `${adds(1)}\nnot json\n{"op":"add","repo":"r","path":"p"}\n`

t.test('a file in order is said to be so, with exit 0', async (t) => {
  const { code, stdout, stderr } = await home(t, { 'a.jsonl': adds(3) }).run([...VALIDATE, 'a.jsonl'])
  t.same([code, stdout], [0, ''])
  t.equal(stderr, '1 file, 3 lines: 0 blank, 3 records, 0 faulty\n')
})

t.test('each fault is a line that names file, line, code and reason; exit 3', async (t) => {
  const { run } = home(t, { 'a.jsonl': FAULTY, 'b.jsonl.gz': gzipSync('[]\n') })
  const { code, stdout, stderr } = await run([...VALIDATE, 'a.jsonl', 'b.jsonl.gz'])
  t.equal(code, 3)
  const lines = stdout.split('\n')
  t.equal(lines.length, 4)
  t.match(lines[0], /^a\.jsonl:3: not_json: /)
  t.match(lines[1], /^a\.jsonl:4: no_content: /)
  t.match(lines[2], /^b\.jsonl\.gz:1: not_object: /)
  t.match(stderr, '2 files, 5 lines: 1 blank, 4 records, 3 faulty')
})

t.test('with --json there is one document, whatever the number of faults', async (t) => {
  const { run } = home(t)
  const few = JSON.parse((await run([...VALIDATE, '--json', '-'], FAULTY)).stdout) as { faults: unknown[] }
  t.match(few, {
    files: 1,
    lines: 4,
    blank: 1,
    records: 3,
    faults: [{ file: 'stdin', line: 3, code: 'not_json' }, { line: 4 }],
  })
  const none = JSON.parse((await run([...VALIDATE, '--json', '-'])).stdout) as unknown
  t.same(none, { faults: [], files: 1, lines: 0, blank: 0, records: 0 })
  const many = JSON.parse(
    (await run([...VALIDATE, '--json', '-'], 'x\n'.repeat(30_000))).stdout,
  ) as typeof few
  t.equal(many.faults.length, 30_000)
})

t.test('--strict refuses unknown fields, and references need a content root', async (t) => {
  const strange = `${JSON.stringify({ op: 'add', repo: 'r', path: 'p', content: '', odd: 1 })}\n`
  const referring = `${JSON.stringify({ op: 'add', repo: 'r', path: 'p', content_ref: 'there' })}\n`
  const { run } = home(t, { there: 'text' })
  t.equal((await run([...VALIDATE, '-'], strange)).code, 0)
  t.match(await run([...VALIDATE, '--strict', '-'], strange), {
    code: 3,
    stdout: /^stdin:1: unknown_field: /,
  })
  t.match(await run([...VALIDATE, '-'], referring), { code: 3, stdout: /^stdin:1: ref_not_allowed: / })
  t.equal((await run([...VALIDATE, '--content-root', '.', '-'], referring)).code, 0)
})

t.test('no input, a missing file and a cut file end it, each with its exit code', async (t) => {
  const cut = gzipSync(adds(100)).subarray(0, 60)
  const { run } = home(t, { 'cut.gz': cut })
  t.equal((await run(VALIDATE)).code, 2)
  t.match(await run([...VALIDATE, 'nowhere.jsonl']), { code: 10, stderr: /nowhere\.jsonl/ })
  t.equal((await run([...VALIDATE, 'cut.gz'])).code, 4)
})

t.test('when the reader of the faults goes away it ends quietly with 141', async (t) => {
  const { child, ended } = home(t).start([...VALIDATE, '-'])
  child.stdin!.on('error', () => {})
  child.stdin!.end('x\n'.repeat(100_000))
  child.stdout!.once('data', () => child.stdout!.destroy())
  const { code, stderr } = await ended
  t.equal(code, 141)
  t.notMatch(stderr, /error/)
})

t.test('as a function it waits for whoever is told of a fault', async (t) => {
  const options = resolveInput(validateOptions, {})
  let busy = 0
  const seen: number[] = []
  const onFault = async ({ line }: Reject) => {
    t.equal(++busy, 1)
    await new Promise(setImmediate)
    busy -= 1
    seen.push(line)
  }
  const counts = await validateInput(Readable.from([Buffer.from('x\n\ny\n[]')]), options, { onFault })
  t.same(counts, { lines: 4, blank: 1, records: 3, faults: { not_json: 2, not_object: 1 } })
  t.same(seen, [1, 3, 4])
})

t.test('as a function it ends with its signal, and with what its listener throws', async (t) => {
  const options = resolveInput(validateOptions, {})
  const endless = () =>
    Readable.from(
      (function* () {
        for (;;) yield Buffer.from('x\n')
      })(),
    )
  const stop = new AbortController()
  const abort = () => {
    stop.abort()
    return undefined
  }
  const aborted = validateInput(endless(), options, { signal: stop.signal, onFault: abort })
  await t.rejects(aborted, { name: 'AbortError' })
  const readable = endless()
  await t.rejects(
    validateInput(readable, options, { onFault: () => Promise.reject(new Error('full')) }),
    /full/,
  )
  t.ok(readable.destroyed)
})
