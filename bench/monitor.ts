/**
 * `node bench/monitor.ts [--records N] [--rounds N] [--profile]`: what looking on costs an ingest: processor seconds of the
 * whole process with history, progress, metrics and JSON lines, and, with `--profile`, with a profile, beside the same with all of it
 * off; in turns. 1,000,000 records and 7 rounds, about ten minutes on a quiet machine. Needs `npm run build`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { COMMAND, homeIn, ingestWords } from './ingest/embedded.ts'
import { inTurns, median, round, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    profile: { type: 'boolean', default: false },
  },
})
const RECORDS = Number(values.records)
const ROUNDS = Number(values.rounds)
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))

try {
  const file = join(home, 'records.jsonl')
  await writeRecords(file, RECORDS)
  const modes: Record<string, () => Promise<number>> = {
    off: () => cpuSeconds(file, ['--progress', 'none'], { ELYSIACTL_KEEP_RUNS: '0' }),
    on: () =>
      cpuSeconds(file, ['--progress', 'json', '--metrics-textfile', join(home, 'elysiactl.prom')], {}),
    ...(values.profile && { profile: () => cpuSeconds(file, ['--progress', 'json', '--profile'], {}) }),
  }
  const taken: Readonly<Record<string, number[]>> = await inTurns(ROUNDS, modes)
  const beside = (one: readonly number[]) => spread(one.map((seconds, at) => seconds / taken.off![at]!))
  say('ingest with progress, history, metrics and JSON lines', {
    ...{ records: RECORDS, off_cpu_seconds: round(median(taken.off!)), at_most: 1.02 },
    ...beside(taken.on!),
  })
  if (taken.profile !== undefined) say('ingest with --profile', beside(taken.profile))
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  rmSync(home, { recursive: true })
}

/** Processor seconds of an ingest into a new store, of the user and of the system, as the process counts them at its end. */
async function cpuSeconds(
  file: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const store = join(home, 'bench.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${store}${end}`, { force: true })
  const atEnd = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();process.stdout.write(String((user+system)/1e6))})`
  const child = spawn(
    process.execPath,
    ['--import', atEnd, ...COMMAND, ...ingestWords(file, store), '--fresh', ...words],
    { env: { ...process.env, ...homeIn(home), ...variables }, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`the ingest ended with ${code}`)
  return Number(output)
}
