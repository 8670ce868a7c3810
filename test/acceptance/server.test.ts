// The acceptance cases 18 to 21: a Weaviate server that refuses, fails, asks to wait, and must not be written to.
import t, { type Test } from 'tap'
import { fileId } from '../../lib/change/identity.ts'
import { adds, type Home, home } from '../bin/elysiactl.ts'
import { type Double, weaviateDouble } from '../double/double.ts'
import type { Fault } from '../double/fault/fault.ts'
import { change, contents, countsOf, INTO, lines, processed } from './command.ts'

interface World {
  readonly double: Double
  readonly place: Home
  readonly target: readonly string[]
}

async function enter(t: Test): Promise<World> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  return { double, place: home(t), target: ['--target', double.target] }
}

t.test('case 18: one object of a hundred is refused: 99 are stored, and it goes in later', async (t) => {
  const { double, place, target } = await enter(t)
  const id = fileId('r', 'file-41')
  const heal = double.faults.inject({ fault: 'perObject', text: 'vector has wrong size', ids: [id] })
  const first = await processed(place, adds(100), target)
  // A refusal of one object is final, so that it is sent once: DESIGN §5.
  t.equal(double.calls.objectsReceived, 100)
  heal()
  t.match(first, { code: 3, report: { written: 99, rejected: { store_rejected: 1 }, retries: 0 } })
  t.match(first.rejects, [{ line: 42, code: 'store_rejected', reason: /vector has wrong size/ }])
  t.equal(`${first.rejects[0]?.record}\n`, lines(adds(42).split('\n')[41]!), 'with the whole record')
  t.equal(double.objects('SourceCode').length, 99)

  const again = await place.run([
    'index',
    'process-jsonl',
    'rejects.jsonl',
    '--from-rejects',
    ...INTO,
    ...target,
  ])
  t.equal(again.code, 0, again.stderr)
  t.equal(double.objects('SourceCode').length, 100)
  const { stdout } = await place.run(['index', 'status', ...target])
  t.match(stdout, /\b1 written/, 'the run that repaired it')
  t.match(stdout, /99 written, 1 rejected/, 'and the one before are remembered')
})

/** The first batch is the greeting, which is empty. */
const WRITES = { on: 'BatchObjects', skip: 1 } as const
const UNAVAILABLE: Fault = { fault: 'status', code: 'UNAVAILABLE', text: 'not now' }

t.test('case 19: a server that is UNAVAILABLE twice has the third attempt succeed', async (t) => {
  const { double, place, target } = await enter(t)
  double.faults.inject({ ...UNAVAILABLE, ...WRITES, count: 2 })
  const { code, report, stderr } = await processed(place, adds(5), target)
  t.match({ code, report }, { code: 0, report: { written: 5, retries: 2 } })
  t.equal(double.calls.by.BatchObjects, 1 + 3, 'the greeting and three attempts')
  t.match(stderr, /not now; tries again in [\d.]+ s \(attempt 1\)\n.*\(attempt 2\)/)
})

t.test('case 19: the time that Retry-After asks for is waited', async (t) => {
  const { double, place, target } = await enter(t)
  const heal = double.faults.inject({
    fault: 'tooMany',
    retryAfterSeconds: 2,
    on: 'GET /v1/schema',
    count: 1,
  })
  const before = performance.now()
  const { code, stderr } = await processed(place, adds(5), target)
  t.equal(code, 0)
  t.ok(performance.now() - before >= 2000)
  t.match(stderr, /429 Too many requests; tries again in 2\.\d s/)
  t.equal(heal(), 1)
})

t.test('case 19: what a server refuses as invalid is asked once', async (t) => {
  const { double, place, target } = await enter(t)
  const heal = double.faults.inject({
    fault: 'status',
    code: 'UNKNOWN',
    http: 422,
    text: 'invalid class',
    on: 'POST /v1/schema',
  })
  const { code, stderr } = await place.run(['index', 'sync', '-', ...INTO, ...target], adds(5))
  t.equal(code, 1)
  t.match(stderr, /invalid class/)
  t.equal(heal(), 1)
})

t.test(
  'case 19: a server that stays away is given up in time, and the same command goes on later',
  async (t) => {
    // In place of the breaker: attempts under one run, bounded by --retry-for, then exit 13 (SPEC §3, Waiting).
    const { double, place, target } = await enter(t)
    const flags = [...target, '--batch-size', '10', '--workers', '1', '--retry-for', '1s']
    const heal = double.faults.inject({ ...UNAVAILABLE, ...WRITES, skip: 4 })
    const away = await processed(place, adds(100), flags)
    const attempts = heal()
    t.match(away, { code: 13, report: { status: 'failed', error: { code: 'ELYSIA_UNREACHABLE' } } })
    t.match(away.report, { lines: 30, written: 30, retries: attempts - 1 })
    t.ok(attempts >= 2 && attempts <= 6, `${attempts} attempts`)
    const back = await processed(place, adds(100), flags)
    t.match(back, { code: 0, report: { continued_from_line: 30, lines: 100, written: 100 } })
  },
)

interface Kind {
  readonly fault: Fault
  /** How often it is asked where the fault strikes once. */
  readonly asked: number
  readonly code: number
}

// By status and by words of the server that are known, not by words of a path: DESIGN §5. Short of memory is the
// server and passes, hence it is waited out, other than in the case.
const KINDS: Record<string, Kind> = {
  'a connection that breaks is a network fault, and repeated': {
    fault: { fault: 'reset', when: 'before' },
    asked: 2,
    code: 0,
  },
  'too many requests are a limit of rate, and repeated': { fault: { fault: 'tooMany' }, asked: 2, code: 0 },
  'a server short of memory is repeated': { fault: { fault: 'memory' }, asked: 2, code: 0 },
  'a refusal that names 500.py is a refusal, and no failing server': {
    fault: { fault: 'perObject', text: 'cannot take timeout/500.py: connection of 503 lines' },
    asked: 1,
    code: 3,
  },
}

for (const [name, { fault, asked, code: expected }] of Object.entries(KINDS)) {
  t.test(`case 20: ${name}`, async (t) => {
    const { double, place, target } = await enter(t)
    double.faults.inject({ ...fault, ...WRITES, count: 1 })
    const { code, report } = await processed(place, lines(change('add', '500.py', { content: 'x' })), target)
    t.equal(code, expected)
    t.match(report, { written: expected === 0 ? 1 : 0, retries: asked - 1 })
    t.equal(double.calls.by.BatchObjects, 1 + asked)
  })
}

t.test(
  'case 20: a missing file is not found, and a line that is not UTF-8 refused without a second try',
  async (t) => {
    const { place, target } = await enter(t)
    const missing = await place.run(['index', 'process-jsonl', 'none.jsonl', ...INTO, ...target])
    t.match(missing, { code: 10, stderr: /there is no file none\.jsonl/ })
    const input = Buffer.concat([Buffer.from(adds(1)), Buffer.from([0x7b, 0xff, 10]), Buffer.from(adds(2))])
    const { code, report } = await processed(place, input, target)
    t.match({ code, report }, { code: 3, report: { retries: 0, rejected: { invalid_utf8: 1 } } })
  },
)

t.test(
  'case 21: a dry run asks a server for nothing that changes it, and counts as the real one does',
  async (t) => {
    const { double, place, target } = await enter(t)
    const input = lines(
      change('add', 'a', { content: 'a' }),
      'not json',
      change('rename', 'a', { new_path: 'b' }),
      change('modify', 'unknown', { metadata: { x: 1 } }),
      change('delete', 'b'),
      '',
      change('add', 'c', { content: 'c' }),
      change('add', 'd', { skip_index: true }),
    )
    const dry = await processed(place, input, [...target, '--dry-run'])
    t.equal(dry.code, 3)
    const asked = Object.keys(double.calls.by)
    t.ok(asked.length > 0, 'the server was asked')
    const strangers = asked.filter((name) => !/^(GET |Search$|Check$|BatchObjects$)/.test(name))
    t.strictSame(strangers, [])
    t.match(double.calls, { objectsReceived: 0 }, 'the only batch is the empty one of the greeting')
    t.strictSame([...double.collections.names()], [])
    const real = await processed(place, input, target)
    t.match(real.report, { dry_run: false, continued_from_line: 0, written: 1, unchanged: 1, superseded: 2 })
    t.strictSame(countsOf(dry.report), countsOf(real.report))
    t.strictSame(dry.rejects, real.rejects)
    t.strictSame(await contents(place, target), { 'A:c': 'c' })
  },
)
