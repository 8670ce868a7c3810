// A server that goes away: the run waits, says so and goes on; or gives up in time, to be continued.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { adds, home } from '../../bin/elysiactl.ts'
import { type DoubleProcess, doubleProcess } from '../../double/process.ts'
import { INTO, processed, told } from '../command.ts'

/** How long it is away: so many attempts. Longer by the environment. */
const AWAY_ATTEMPTS = 3
const AWAY_MS = Number(process.env.ELYSIACTL_TEST_AWAY_MS ?? 0)

/** Some of the objects are there, and others are not. */
async function halfWay(double: DoubleProcess): Promise<void> {
  while ((await double.objects('SourceCode')).length < 100) await setTimeout(20)
}

t.test(
  'a server that is killed and comes back later: the run waits, says so and goes on',

  async (t) => {
    const place = home(t, { 'changes.jsonl': adds(1000) })
    const double = await doubleProcess(join(place.directory, 'double.jsonl'))
    await double.inject({ fault: 'delay', on: 'BatchObjects', ms: 50 })
    const flags = [...INTO, '--target', double.target, '--batch-size', '20', '--json']
    const { ended, says, child } = place.start(['index', 'process-jsonl', 'changes.jsonl', ...flags])
    await halfWay(double)
    await double.kill()
    await says(`(attempt ${AWAY_ATTEMPTS})`)
    await setTimeout(AWAY_MS)
    t.equal(child.exitCode, null, 'it waits')
    const back = await double.again()
    t.teardown(() => back.stop())
    const before = performance.now()
    const { code, report, stderr } = told(place, await ended)
    t.ok(performance.now() - before < 40_000, 'it sees soon that the server is back')
    t.equal(code, 0, stderr)
    t.match(report, { status: 'done', lines: 1000, records: 1000, rejected: {} })
    t.equal(report.written + report.unchanged, 1000)
    t.ok(report.retries >= 2, `${report.retries} retries`)
    t.match(stderr, /ECONNREFUSED.*; tries again in [\d.]+ s \(attempt \d+\)/)
    t.equal((await back.objects('SourceCode')).length, 1000)
  },
)

t.test(
  'a server that stays away for longer is exit 13, and the same command goes on when it is back',

  async (t) => {
    const place = home(t, { 'changes.jsonl': adds(1000) })
    const double = await doubleProcess(join(place.directory, 'double.jsonl'))
    await double.inject({ fault: 'delay', on: 'BatchObjects', ms: 50 })
    const flags = ['--target', double.target, '--batch-size', '20', '--retry-for', '2s']
    const { ended } = place.start(['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...flags, '--json'])
    await halfWay(double)
    await double.kill()
    const away = told(place, await ended)
    t.match(away, { code: 13, report: { status: 'failed', error: { code: 'ELYSIA_UNREACHABLE' } } })
    t.match(away.stderr, /gave up after 2 s: .*ECONNREFUSED/)
    t.match(away.stderr, /run the same command/)
    t.match(await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...flags]), { code: 13 })
    const back = await double.again()
    t.teardown(() => back.stop())
    const { code, report } = await processed(place, adds(1000), flags)
    t.match({ code, report }, { code: 0, report: { status: 'done', lines: 1000, records: 1000 } })
    t.ok(
      report.continued_from_line >= away.report.lines && away.report.lines > 0,
      `${away.report.lines} lines`,
    )
    t.equal(report.written + report.unchanged, 1000)
    t.equal((await back.objects('SourceCode')).length, 1000)
  },
)
