// The acceptance case 33: how fast, and in how much memory. It is larger where the environment asks for more runs.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { home } from '../../bin/elysiactl.ts'
import { doubleProcess } from '../../double/process.ts'
import { runs } from '../../runs.ts'
import { change, INTO, lines, told } from '../command.ts'

const MB = 1_000_000
const ALL = runs(0) > 0
const CHANGES = ALL ? 10_000 : 4000
const MOST_SECONDS = CHANGES / 1000
const [SMALL, LARGE] = [10, ALL ? 200 : 120]
const PRESSURE = '/proc/pressure/cpu'
const BODY = 'a line of some source code\n'.repeat(70)

t.test(
  `case 33: ${CHANGES} changes go into a server at 1000 a second and more, checkpoints included`,
  async (t) => {
    const double = await doubleProcess(join(t.testdir(), 'double.jsonl'))
    t.teardown(() => double.stop())
    const records = Array.from({ length: CHANGES }, (_, n) =>
      change('add', `file-${n}`, { content: `${n}\n${BODY}` }),
    )
    const place = home(t, { 'changes.jsonl': lines(...records) })
    const before = clocks()
    const flags = [...INTO, '--target', double.target, '--json']
    const { code, report } = told(
      place,
      await place.runApart(['index', 'process-jsonl', 'changes.jsonl', ...flags]),
    )
    const [wall, ofChildren, waited] = clocks().map((now, index) => now - before[index]!) as Clocks
    t.match({ code, report }, { code: 0, report: { written: CHANGES } })
    const rate = (seconds: number) => `${Math.round(CHANGES / seconds)} a second, start and end included`
    t.ok(ofChildren > 0 && ofChildren <= MOST_SECONDS, `${rate(ofChildren)}, of the processor's time`)
    // On a machine with other work it is the others that take the rest.
    t.ok(wall - waited <= MOST_SECONDS, rate(Math.max(0, wall - waited)))
  },
)

type Clocks = [wall: number, ofChildren: number, waited: number]

/**
 * In seconds: the time, that of the processor which children took that have ended, and that in which something on this machine
 * waited for a processor (0 where the kernel does not tell).
 */
function clocks(): Clocks {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)!.split(' ')
  const pressure = existsSync(PRESSURE) ? readFileSync(PRESSURE, 'latin1') : ''
  const waited = Number(/^some .* total=(\d+)$/m.exec(pressure)?.[1] ?? 0) / 1e6
  return [performance.now() / 1000, (Number(fields[13]) + Number(fields[14])) / 100, waited]
}

t.test(`case 33: an input of ${LARGE} MB takes hardly more memory than one of ${SMALL} MB`, async (t) => {
  const small = await peakOf(t, SMALL * MB)
  const large = await peakOf(t, LARGE * MB)
  t.ok(large - small < 100 * MB, `${large} bytes at most, against ${small}`)
})

const PRODUCER = `
const [, , bytes, body] = process.argv
const record = (n) => JSON.stringify({ repo: 'A', op: 'add', path: 'file-' + (n % 3000), content: n + body }) + '\\n'
const lines = function* () {
  for (let n = 0, sent = 0; sent < Number(bytes); ) {
    let chunk = ''
    while (chunk.length < 65536) chunk += record(n++)
    sent += chunk.length
    yield chunk
  }
}
require('node:stream').Readable.from(lines()).pipe(process.stdout)
`

/** Peak memory of a run over so many bytes of records, made as they are read. */
async function peakOf(t: Test, bytes: number): Promise<number> {
  const place = home(t, { 'producer.cjs': PRODUCER })
  const produce = [process.execPath, 'producer.cjs', String(bytes), BODY]
  const ended = await place.run(['index', 'sync', ...INTO, '--json', '--from-command', '--', ...produce])
  const { code, report } = told(place, ended)
  t.ok(code === 0 && report.bytes >= bytes && report.written === report.records, JSON.stringify(report))
  return report.peak_rss_bytes
}
