import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t, { type Test } from 'tap'
import { Catalog } from '../../../lib/catalog/catalog.ts'
import { retentionOptions } from '../../../lib/catalog/retention/options.ts'
import { policyOf } from '../../../lib/catalog/retention/policy.ts'
import { readExpectations } from '../../../lib/monitor/expect/expectations.ts'
import { History } from '../../../lib/monitor/history/history.ts'
import { report } from '../../../lib/monitor/report/report.ts'
import { MonitorReportSchema } from '../../../lib/monitor/report/schema.ts'
import { resolveInput } from '../../../lib/options/options.ts'
import { manifest as manifestOf } from '../../catalog/archives.ts'
import { entry, running } from '../history/entries.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const isReport = new Ajv2020({ strict: false }).compile(JSON.parse(JSON.stringify(MonitorReportSchema)))

function opened(t: Test) {
  const directory = t.testdir()
  const history = new History(join(directory, 'history.db'))
  const catalog = new Catalog(':memory:')
  t.teardown(() => {
    history.close()
    catalog.close()
  })
  return { history, catalog, directory }
}

const at = (day: number, hour = 3) => new Date(Date.UTC(2026, 10, day, hour)).toISOString()

/** A run that began at that hour, and took a minute. */
const ran = (id: string, day: number, more: Parameters<typeof entry>[0] = {}) =>
  entry({ id, started_at: at(day), updated_at: at(day), ended_at: at(day), ...more })

t.test('nothing yet is a report too', async (t) => {
  const { history } = opened(t)
  const made = await report({ history }, { nowMs: NOW })
  t.ok(isReport(made), JSON.stringify(isReport.errors))
  t.strictSame(made.needs_attention, [])
  t.equal(made.since, '2026-10-25T12:00:00.000Z')
})

t.test('success is done among all but what a user interrupted; killed is failed', async (t) => {
  const { history } = opened(t)
  history.put(ran('a', 20))
  history.put(ran('b', 21, { status: 'rejects' }))
  history.put(ran('c', 22, { status: 'interrupted' }))
  history.put(ran('d', 23, { status: 'killed', error: { code: 'ELYSIA_KILLED', message: 'gone' } }))
  history.put(running({ id: 'e', started_at: at(24), pid: process.pid }))
  const made = await report({ history }, { nowMs: NOW, slo: 99.9 })
  t.ok(isReport(made), JSON.stringify(isReport.errors))
  t.match(made.success, [
    {
      ...{ kind: 'backup', collection: 'Article', done: 1, with_rejects: 1, failed: 0, killed: 1 },
      ...{ interrupted: 1, running: 1, rate: 1 / 3, meets_slo: false, last_success_at: at(20) },
    },
  ])
  t.equal(made.running, 1)
  t.match(made.needs_attention, [
    { what: 'failed', severity: 'fault', run: 'd' },
    { what: 'objective', severity: 'warning' },
  ])
})

t.test('the last failure says why, and the step that helps', async (t) => {
  const { history } = opened(t)
  history.put(
    ran('bad', 23, { status: 'failed', error: { code: 'ELYSIA_UNREACHABLE', message: 'no answer' } }),
  )
  const { needs_attention, success } = await report({ history }, { nowMs: NOW })
  t.match(success, [{ last_run: 'bad', last_error: 'ELYSIA_UNREACHABLE: no answer' }])
  t.match(needs_attention, [
    { severity: 'fault', what: 'failed', message: /no answer/, next: 'elysiactl runs show bad', run: 'bad' },
  ])
})

t.test('a failure from before its store was known is over with any later success', async (t) => {
  const { history } = opened(t)
  const error = { code: 'ELYSIA_STORE', message: 'x' }
  history.put(ran('placeless', 20, { status: 'failed', target: '', error }))
  history.put(ran('good', 21))
  history.put(ran('bad', 22, { status: 'failed', error }))
  const { needs_attention } = await report({ history }, { nowMs: NOW })
  t.match(needs_attention, [{ run: 'bad' }])
  t.equal(needs_attention.length, 1)
})

t.test('an interruption undoes no failure', async (t) => {
  const { history } = opened(t)
  history.put(ran('bad', 22, { status: 'failed', error: { code: 'ELYSIA_STORE', message: 'x' } }))
  history.put(ran('stopped', 23, { status: 'interrupted' }))
  const { needs_attention } = await report({ history }, { nowMs: NOW })
  t.match(needs_attention, [{ what: 'failed', run: 'bad' }])
})

t.test('a slip is a warning for a day, and hides nothing; what a clock starts is a fault', async (t) => {
  const error = { code: 'ELYSIA_NOT_FOUND', message: 'there is no such collection' }
  const typed = {
    ...({ trigger: 'user', terminal: true, status: 'failed' } as const),
    ...{ error, records: 0, bytes_out: 0 },
  }
  const attentionAt = async (
    nowMs: number,
    more: Parameters<typeof ran>[2],
    before?: Parameters<typeof ran>[2],
  ) => {
    const { history } = opened(t)
    if (before !== undefined) history.put(ran('before', 20, before))
    history.put(ran('slip', 22, more))
    return (await report({ history }, { nowMs })).needs_attention
  }
  const day = Date.parse(at(22))
  t.match(await attentionAt(day + 3_600_000, typed), [{ what: 'failed', severity: 'warning', run: 'slip' }])
  t.strictSame(await attentionAt(day + 2 * 86_400_000, typed), [])
  t.match(await attentionAt(day + 2 * 86_400_000, { ...typed, trigger: 'cron' }), [{ severity: 'fault' }])
  t.strictSame(await attentionAt(day + 3_600_000, typed, {}), [], 'the run before was good')
  const failed = { status: 'failed', error: { code: 'ELYSIA_STORE', message: 'm' } } as const
  t.match(await attentionAt(day + 3_600_000, typed, failed), [{ severity: 'fault', run: 'before' }])
  const wrote = { ...typed, records: 3 }
  t.match(await attentionAt(day + 3_600_000, wrote, {}), [{ severity: 'fault', run: 'slip' }])
  const { history } = opened(t)
  history.put(ran('one', 23, { ...typed, started_at: at(23, 2) }))
  history.put(ran('two', 23, typed))
  const { needs_attention } = await report({ history }, { nowMs: Date.parse(at(23)) + 3_600_000 })
  t.match(needs_attention, [{ severity: 'warning', run: 'two' }])
  history.put(ran('nightly', 22, typed))
  const again = await report({ history }, { nowMs: Date.parse(at(23)) + 2 * 86_400_000 })
  t.match(
    again.needs_attention,
    [{ severity: 'fault', run: 'two' }],
    'what fails each night was not mistyped',
  )
  const { history: alone } = opened(t)
  alone.put(ran('slip', 22, { ...typed, collection: 'Artcle' }))
  const text = 'expect: {"*": {every: 24h}}'
  const expectations = await readExpectations([{ name: 'expect', origin: 'e.yaml', text }])
  const { missed } = await report({ history: alone, expectations }, { nowMs: NOW })
  t.strictSame(missed, [], 'a name that there is not is missed by nobody')
})

t.test('a good run of the future, by a clock that was wrong, does not hide what is missed', async (t) => {
  const { history } = opened(t)
  history.put(
    ran('ahead', 22, { started_at: '2036-01-01T00:00:00.000Z', ended_at: '2036-01-01T00:01:00.000Z' }),
  )
  const text = 'expect: {Article: {every: 24h}}'
  const expectations = await readExpectations([{ name: 'expect', origin: 'e.yaml', text }])
  const { missed, notes } = await report({ history, expectations }, { nowMs: NOW })
  t.match(missed, [{ collection: 'Article', what: 'backup' }])
  t.match(notes.join(), /2036.*to come/)
})

t.test('a cron line that is gone is missed, known without a run', async (t) => {
  const { history } = opened(t)
  history.put(ran('monday', 22))
  const expectations = await readExpectations([
    {
      name: 'expect',
      origin: 'e.yaml',
      text: 'expect: {Article: {every: 24h, grace: 2h}, Gone: {every: 1d}}',
    },
  ])
  const { missed, needs_attention, expected } = await report({ history, expectations }, { nowMs: NOW })
  t.match(missed, [
    { collection: 'Article', what: 'backup', due_at: at(23) },
    { collection: 'Gone', what: 'backup' },
  ])
  t.equal(expected?.length, 2)
  t.match(needs_attention, [
    { what: 'missed', severity: 'fault', next: 'elysiactl col backup Article' },
    { what: 'missed', collection: 'Gone' },
  ])
})

t.test(
  'archives tell what can be brought back, what it takes, what may go and what is damaged',
  async (t) => {
    const { history, catalog, directory } = opened(t)
    const target = 'http://db:8080'
    for (const [id, day] of [
      ['old', 1],
      ['mid', 10],
      ['new', 23],
    ] as const) {
      const times = { started: at(day), finished: at(day, 4) }
      const made = manifestOf({ id, collection: 'Article', ...times })
      const { source } = made
      const where = { root: directory, location: join(directory, id), shape: 'directory' } as const
      catalog.upsert({ ...made, source: { ...source, target } }, { ...where, bytes: 100 })
    }
    await catalog.recordVerification('new', { level: 'stored', time: at(23, 5), ok: false, errors: 1 })
    history.put(ran('r', 12, { kind: 'restore', seconds: 77 }))
    history.put(ran('i', 12, { kind: 'ingest', collection: 'Fresh' }))
    const options = resolveInput(retentionOptions, { keepLast: '1' })
    const made = await report(
      { history, catalog, policy: policyOf(options) },
      { nowMs: NOW, since: at(1, 0) },
    )
    t.ok(isReport(made), JSON.stringify(isReport.errors))
    t.match(made.recovery, [
      { archive: 'mid', target, point_at: at(10), seconds: 77, measured_by: 'restore', proved: false },
    ])
    t.match(made.damaged, [{ id: 'new' }])
    t.match(made.storage, [{ collection: 'Article', archives: 3, bytes: 300 }])
    t.equal(made.storage[0]?.points.at(-1)?.bytes, 300)
    t.match(made.never_backed_up, [{ collection: 'Fresh' }])
    t.ok(made.cleanup.some(({ id }) => id === 'old'))
    t.match(made.disk, [{ directory }])
    t.match(made.needs_attention[0], { what: 'damaged', severity: 'fault', archive: 'new' })
  },
)

t.test('runs that have become slower are told, and whom a run waits for', async (t) => {
  const { history } = opened(t)
  for (let day = 1; day <= 20; day += 1) {
    history.put(ran(`d${day}`, day, { rate_per_second: day > 15 ? 50 : 100 + day }))
  }
  const { started_at: _, ...rest } = running({ id: 'now' })
  const progress = {
    ...{ at: at(24), unit: 'objects', done: 1, retries: 0, rejected: 0, rss_bytes: 1 },
    waits_for: 'db:8080',
  }
  history.put({ ...rest, started_at: at(24), progress })
  const { trends, needs_attention } = await report({ history }, { nowMs: NOW })
  t.match(trends, [{ regression: { run: 'd20', rate_per_second: 50 }, points: { length: 20 } }])
  t.match(needs_attention, [
    { what: 'stalled', message: /waits for db:8080/ },
    { what: 'regression', message: /slower/, run: 'd20' },
  ])
})
