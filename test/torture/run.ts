/**
 * Kills the command at random moments, many times, and compares the end with the input applied line by line.
 * `npm run torture -- [KILLS] [TARGET]`; without a target, the embedded store from a file and through a pipe.
 * `npm run torture -- archives [KILLS]`: backups, restores, cleanups and the catalog.
 * `npm run torture -- properties [RUNS]`: every property that the tests try a few hundred times, 5000 times.
 * `npm run torture -- lines [SECONDS]`: lines of other stores with anything changed in them, for ten minutes.
 * `npm run torture -- soak TARGET [ROUNDS]`: backups and rehearsals of a healthy real server, a thousand of each.
 * Exits 1 where any state, sum or rejects file is wrong, or an archive is lost or falsely complete.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openStore } from '../../lib/store/open.ts'
import { parseTarget } from '../../lib/store/target.ts'
import { drawing, objectsOf, plainState, runKilled, writeChanges } from '../job/ingest/killing.ts'
import { tortureArchives } from './archives.ts'
import { tortureLines } from './lines.ts'
import { tortureProperties } from './properties.ts'
import { soak } from './soak.ts'

const [first, ...others] = process.argv.slice(2)
const USUAL: Readonly<Record<string, string>> = { properties: '5000', lines: '600' }
const isNamed = first === 'archives' || first === 'properties' || first === 'lines'
const [wanted = USUAL[first ?? ''] ?? '200', target] = isNamed ? others : process.argv.slice(2)
const seed = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 1_000_000)
const draw = drawing(seed)

/** In rounds from files and through pipes. */
const COALESCE = ['auto', 'off', '8MiB', 'auto', '8MiB', 'off']

console.log(`seed ${seed}`)
if ((await torturedHow()) > 0) process.exitCode = 1

async function torturedHow(): Promise<number> {
  if (first === 'archives') return await tortureArchives(Number(wanted), seed)
  if (first === 'properties') return tortureProperties(wanted)
  if (first === 'lines') return await tortureLines(Number(wanted), seed)
  if (first === 'soak')
    return await soak(others[0] ?? 'http://localhost:8080', Number(others[1] ?? 1000), seed)
  return await tortureIngest()
}

/** Resolves with how many ends were wrong. */
async function tortureIngest(): Promise<number> {
  let [kills, wrong] = [0, 0]
  for (let round = 1; kills < Number(wanted); round++) {
    const home = mkdtempSync(join(tmpdir(), 'elysiactl-torture-'))
    const result = await torture(home, round)
    kills += result.killed
    if (!result.right) wrong += 1
    console.log(
      `round ${round}: ${result.killed} kills, ${kills} in all: ${result.right ? 'right' : `WRONG, see ${home}`}`,
    )
    if (result.right) rmSync(home, { recursive: true })
  }
  console.log(`${kills} kills, ${wrong} wrong ends`)
  return wrong
}

async function torture(home: string, round: number): Promise<{ killed: number; right: boolean }> {
  const input = join(home, 'changes.jsonl')
  const rejects = join(home, 'rejects.jsonl')
  await writeChanges(input, 12_000, seed + round)
  const address = target ?? `sqlite:${join(home, 'store.db')}`
  const name = target === undefined ? 'SourceCode' : `Torture${seed}R${round}`
  const size = String(1 + Math.floor(draw() * 120))
  const args = [
    '--collection',
    name,
    '--target',
    address,
    '--rejects',
    rejects,
    '--batch-size',
    size,
    '--workers',
    '3',
    '--coalesce',
    COALESCE[round % COALESCE.length]!,
  ]
  const killing = { input, home, arguments: args, piped: round % 2 === 0 }
  const { killed, report } = await runKilled(killing, 20, draw, target === undefined ? 400 : 1500)
  const store = await openStore(parseTarget(address))
  const state = await objectsOf(store, name)
  await store.drop(name)
  await store.close()
  const numbers = readFileSync(rejects, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { line: number }).line)
  const once = new Set(numbers).size === numbers.length
  const sums =
    report?.lines === 12_000 && numbers.length === Object.values(report.rejected).reduce((a, b) => a + b, 0)
  return { killed, right: once && sums && isDeepStrictEqual(state, await plainState(input)) }
}
