// The acceptance cases 10 to 13: lines, good and bad, through the real command.
import t from 'tap'
import { apart, home } from '../../bin/elysiactl.ts'
import { runs } from '../../runs.ts'
import { change, contents, INTO, lines, processed, stored, told } from '../command.ts'

const MIB = 1024 * 1024
const good = (path: string) => change('add', path, { content: path })

t.test(
  'case 10: bad lines are reported by number and reason, the rest is written, the exit code tells',
  async (t) => {
    const place = home(t)
    const input = lines(
      good('first'),
      'not json',
      '{"repo":"A","op":"add"}',
      change('frobnicate', 'x', { content: 'x' }),
      good('last'),
    )
    const { code, report, rejects } = await processed(place, input)
    t.equal(code, 3)
    t.match(report, { lines: 5, records: 5, written: 2 })
    t.match(rejects, [
      { line: 2, code: 'not_json', record: 'not json' },
      { line: 3, code: 'missing_field', reason: /path/ },
      { line: 4, code: 'unknown_op', reason: /frobnicate/ },
    ])
    t.equal(rejects.length, 3)
    t.strictSame(Object.keys(await contents(place)).sort(), ['A:first', 'A:last'])
  },
)

t.test('case 11: each of the three required fields is named where it is missing or null', async (t) => {
  const whole: Record<string, unknown> = { repo: 'A', op: 'add', path: 'p', content: 'x' }
  const names = ['repo', 'op', 'path']
  const without = names.map((name) => ({ ...whole, [name]: undefined }))
  const empty = names.map((name) => ({ ...whole, [name]: null }))
  const { code, rejects } = await processed(home(t), lines(...without, ...empty))
  t.equal(code, 3)
  t.match(
    rejects,
    [...names, ...names].map((name, index) => ({
      line: index + 1,
      code: 'missing_field',
      reason: new RegExp(`\\b${name}\\b`),
    })),
  )
})

t.test(
  'case 12: blank lines, CRLF, a byte order mark and a missing last newline are no faults',
  async (t) => {
    const place = home(t)
    const [first, second, third] = ['1', '2', '3'].map((path) => JSON.stringify(good(path)))
    const input = `\ufeff${first}\r\n\r\n\n \t\nbad\r\n${second}\r\n\n${third}`
    const { code, report, rejects } = await processed(place, input)
    t.equal(code, 3)
    t.match(report, { lines: 8, blank: 4, records: 4, written: 3, rejected: { not_json: 1 } })
    t.match(rejects, [{ line: 5, record: 'bad' }], 'the line after three blank ones has its own number')
    t.strictSame(await contents(place), { 'A:1': '1', 'A:2': '2', 'A:3': '3' })
  },
)

t.test('case 13: characters that the chunks of file and pipe cut in two arrive whole', async (t) => {
  const place = home(t)
  const text = 'é日😀ß'.repeat(20_000)
  // Eleven bytes to a turn, no divisor of a chunk: with each more in front the cuts fall elsewhere.
  const records = Array.from({ length: 11 }, (_, n) =>
    change('add', `${n}`, { content: `${'x'.repeat(n)}${text}` }),
  )
  const input = lines(...records)
  t.ok(cutsCharacters(Buffer.from(input), 64 * 1024), 'there are such cuts')
  const sync = ['index', 'sync', '--stdin', ...INTO, '--json', '--rejects', 'rejects.jsonl']
  const ways = [() => processed(place, input), async () => told(place, await place.run(sync, input))]
  for (const take of ways) {
    t.match(await take(), { code: 0, report: { written: 11 } })
    const all = await contents(place)
    t.equal(Object.keys(all).length, 11)
    t.ok(records.every((_, n) => all[`A:${n}`] === `${'x'.repeat(n)}${text}`))
    await place.run(['col', 'rm', 'SourceCode', '--yes'])
  }
})

function cutsCharacters(bytes: Buffer, chunk: number): boolean {
  for (let at = chunk; at < bytes.length; at += chunk) if ((bytes[at]! & 0xc0) === 0x80) return true
  return false
}

t.test('case 13: a line of 20 MB goes in, or is refused by its number, its neighbors going in', async (t) => {
  const place = apart(home(t))
  const content = 'line of text\n'.repeat((20 * MIB) / 13)
  const input = lines(good('before'), change('add', 'long', { content }), good('after'))
  const whole = await processed(place, input)
  t.match(whole, { code: 0, report: { written: 3 } })
  t.match((await stored(place)).get('A:long')?.properties, { size_bytes: content.length })
  t.ok(whole.report.peak_rss_bytes < 600 * MIB, `${whole.report.peak_rss_bytes} bytes at most`)
  const capped = await processed(apart(home(t)), input, ['--max-line-bytes', '1MiB'])
  t.match(capped, { code: 3, report: { written: 2 }, rejects: [{ line: 2, code: 'line_too_long' }] })
  t.ok(capped.report.peak_rss_bytes < 150 * MIB, `${capped.report.peak_rss_bytes} bytes at most`)
})

/** A line that is refused, in MiB: how long it is, how long one may be, and what may be held. */
const ENDLESS = runs(0) > 0 ? { length: 512, most: 64, held: 400 } : { length: 192, most: 16, held: 200 }

t.test(`a line of ${ENDLESS.length} MiB is refused in flat memory, and its neighbors go in`, async (t) => {
  const place = home(t, { 'first.jsonl': lines(good('first')), 'last.jsonl': lines(good('last')) })
  const bytes = ENDLESS.length * MIB
  const produce = `cat first.jsonl; head -c ${bytes} /dev/zero | tr '\\0' x; echo; cat last.jsonl`
  const flags = [...INTO, '--json', '--rejects', 'rejects.jsonl', '--max-line-bytes', `${ENDLESS.most}MiB`]
  const ended = await place.run(['index', 'sync', ...flags, '--from-command', '--', 'sh', '-c', produce])
  const { code, report, rejects } = told(place, ended)
  t.match({ code, report }, { code: 3, report: { lines: 3, written: 2, rejected: { line_too_long: 1 } } })
  t.match(rejects, [{ line: 2, code: 'line_too_long', reason: new RegExp(`${bytes} bytes`) }])
  // What it may hold: the bytes that are allowed, twice while the buffer grows, and what the collector lags.
  t.ok(report.peak_rss_bytes < ENDLESS.held * MIB, `${report.peak_rss_bytes} bytes at most`)
})
