/**
 * Backs a living collection of a real server up and rehearses its archive, again and again: does the command stay
 * right, and do its files and its memory stay bounded? `npm run torture -- soak TARGET [ROUNDS]`; TARGET as --target
 * has it. The truth is kept here: what was written through the server's own REST interface, and the lines of each
 * archive as zstd and JSON say them. Exits 1 where a run that should be done failed in more than 1 of 1 000, where one
 * was called done that was not, or where files or memory grew.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { zstdDecompressSync } from 'node:zlib'
import { drawing } from '../job/ingest/killing.ts'

const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))
const NAME = 'Soak'
const OBJECTS = 400
/** So often an archive is damaged before its rehearsal, which must notice it, and old archives are removed. */
const [DAMAGE_EVERY, CLEAN_EVERY, KEPT] = [20, 25, 5]
/** Databases with their logs, and locks with names that come again. */
const MOST_STATE_FILES = 30

interface Soaked {
  done: number
  refused: number
  falselyDone: number
  failed: string[]
}

interface Reported {
  readonly location: string
  readonly status: string
  readonly peak_rss_bytes: number
}

/** Resolves with how many things were wrong. */
export async function soak(target: string, rounds: number, seed: number): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'elysiactl-soak-'))
  mkdirSync(join(home, 'tmp'))
  const draw = drawing(seed)
  const kept = new Map<string, number>()
  const base = new URL(target).origin
  await makeClass(base)
  for (let n = 0; n < OBJECTS; n++) await put(base, kept, idOf(n), n)
  const backups: Soaked = { done: 0, refused: 0, falselyDone: 0, failed: [] }
  const rehearsals: Soaked = { done: 0, refused: 0, falselyDone: 0, failed: [] }
  const peaks: number[] = []
  let early = 0
  for (let round = 1; round <= rounds; round++) {
    await change(base, kept, draw, round)
    const made = await give(home, [
      'col',
      'backup',
      NAME,
      '--target',
      target,
      '--compression',
      'zstd',
      '--json',
    ])
    const report = made.code === 0 ? (JSON.parse(made.out) as Reported) : undefined
    if (report === undefined) backups.failed.push(`round ${round}: ${made.code} ${made.errors}`)
    else if (isDeepStrictEqual(linesOf(report.location), new Map([...kept].sort()))) backups.done += 1
    else backups.falselyDone += 1
    if (report !== undefined) {
      peaks.push(report.peak_rss_bytes)
      await rehearse(home, round, report.location, round % 2 === 0 ? target : undefined, rehearsals)
    }
    if (round % CLEAN_EVERY === 0) await cleanUp(home)
    if (round === Math.min(100, Math.ceil(rounds / 2))) early = sizeOf(home)
    if (round % 50 === 0)
      console.log(`round ${round}: ${said('backups', backups)}; ${said('rehearsals', rehearsals)}`)
  }
  return await judge({ home, base, rounds, backups, rehearsals, peaks, early })
}

/** Some objects are changed, one goes, one comes. */
async function change(
  base: string,
  kept: Map<string, number>,
  draw: () => number,
  round: number,
): Promise<void> {
  const ids = [...kept.keys()]
  for (let n = 0; n < 4; n++) await put(base, kept, ids[Math.floor(draw() * ids.length)]!, round * 1000 + n)
  const gone = ids[Math.floor(draw() * ids.length)]!
  await ask(base, 'DELETE', `/v1/objects/${NAME}/${gone}`)
  kept.delete(gone)
  await put(base, kept, idOf(OBJECTS + round), round)
}

/** A copy of a part that lost a byte may not be proved; a whole one must be. */
async function rehearse(
  home: string,
  round: number,
  location: string,
  target: string | undefined,
  soaked: Soaked,
): Promise<void> {
  const damaged = round % DAMAGE_EVERY === 0
  if (damaged) flip(location)
  const into = target === undefined ? [] : ['--into', target]
  const { code, errors } = await give(home, ['col', 'catalog', 'rehearse', location, ...into, '--json'])
  if (damaged) flip(location)
  if (damaged) {
    if (code === 0) soaked.falselyDone += 1
    else soaked.refused += 1
  } else if (code === 0) soaked.done += 1
  else soaked.failed.push(`round ${round}: ${code} ${errors}`)
}

async function cleanUp(home: string): Promise<void> {
  const words = [
    'col',
    'catalog',
    'cleanup',
    '--keep-last',
    String(KEPT),
    '--history',
    '1d',
    '--yes',
    '--json',
  ]
  const { code, errors } = await give(home, words)
  if (code !== 0) throw new Error(`cleanup: ${code} ${errors}`)
}

interface Ended {
  readonly home: string
  readonly base: string
  readonly rounds: number
  readonly backups: Soaked
  readonly rehearsals: Soaked
  readonly peaks: readonly number[]
  readonly early: number
}

async function judge({ home, base, rounds, backups, rehearsals, peaks, early }: Ended): Promise<number> {
  const faults: string[] = []
  for (const [what, soaked] of [
    ['backups', backups],
    ['rehearsals', rehearsals],
  ] as const) {
    console.log(said(what, soaked))
    if (soaked.falselyDone > 0) faults.push(`${soaked.falselyDone} ${what} were called done and were not`)
    if (soaked.failed.length > rounds / 1000) faults.push(`${what} failed: ${soaked.failed.join('; ')}`)
  }
  const schema = (await ask(base, 'GET', '/v1/schema')) as { classes: { class: string }[] }
  const others = schema.classes.map((one) => one.class).filter((name) => name.startsWith('Rehearsal'))
  if (others.length > 0) faults.push(`scratch classes were left: ${others.join(', ')}`)
  const scratch = readdirSync(join(home, 'tmp'))
  if (scratch.length > 0) faults.push(`temporary files were left: ${scratch.join(', ')}`)
  const archives = readdirSync(join(home, 'data/elysiactl/backups', NAME)).length
  // A damaged one is kept for a day, in case it is all there is.
  if (archives > KEPT + CLEAN_EVERY + rounds / DAMAGE_EVERY) faults.push(`${archives} archives are left`)
  const state = readdirSync(join(home, 'state'), { recursive: true }).length
  if (state > MOST_STATE_FILES) faults.push(`${state} files are left in the state directory`)
  const tenth = Math.max(1, Math.floor(peaks.length / 10))
  const [first, last] = [median(peaks.slice(0, tenth)), median(peaks.slice(-tenth))]
  if (last > first * 1.1) faults.push(`peak memory of a backup grew from ${first} to ${last} bytes`)
  const aRun = (sizeOf(home) - early) / (2 * (rounds - Math.min(100, Math.ceil(rounds / 2))) || 1)
  console.log(
    `peak memory of a backup: ${first} bytes at first, ${last} at last; files grow by ${aRun.toFixed(0)} bytes a run`,
  )
  // A row of the history is about a kilobyte; ten would be something that is never removed.
  if (aRun > 10_000) faults.push(`files grow by ${aRun.toFixed(0)} bytes a run`)
  for (const fault of faults) console.log(`WRONG: ${fault}`)
  if (faults.length === 0) rmSync(home, { recursive: true })
  else console.log(`see ${home}`)
  return faults.length
}

function said(what: string, { done, refused, falselyDone, failed }: Soaked): string {
  return `${what}: ${done} done, ${refused} damaged ones refused, ${failed.length} failed, ${falselyDone} falsely done`
}

/** What the parts of an archive hold, read by nothing of ours. */
function linesOf(location: string): Map<string, number> {
  const held = new Map<string, number>()
  for (const name of readdirSync(join(location, 'parts'))) {
    const lines = zstdDecompressSync(readFileSync(join(location, 'parts', name)))
      .toString()
      .split('\n')
    for (const line of lines.filter((one) => one !== '')) {
      const object = JSON.parse(line) as { id: string; properties: { n: number } }
      held.set(object.id, object.properties.n)
    }
  }
  return new Map([...held].sort())
}

/** Changes a byte in the middle of the first part; twice, and it is as it was. */
function flip(location: string): void {
  const path = join(location, 'parts', readdirSync(join(location, 'parts'))[0]!)
  const bytes = readFileSync(path)
  const middle = bytes.length >> 1
  bytes[middle] = bytes[middle]! ^ 1
  writeFileSync(path, bytes)
}

async function give(
  home: string,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly errors: string }> {
  const env = {
    ...process.env,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    TMPDIR: join(home, 'tmp'),
  }
  const child = spawn(process.execPath, [COMMAND, ...words], {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [code, out, errors] = await Promise.all([closed, text(child.stdout), text(child.stderr)])
  return { code, out, errors }
}

async function makeClass(base: string): Promise<void> {
  await ask(base, 'DELETE', `/v1/schema/${NAME}`)
  const properties = [{ name: 'n', dataType: ['int'] }]
  await ask(base, 'POST', '/v1/schema', { class: NAME, vectorizer: 'none', properties })
}

async function put(base: string, kept: Map<string, number>, id: string, n: number): Promise<void> {
  const object = { class: NAME, id, properties: { n }, vector: [n % 7, 1, 0.5, n % 3] }
  if (kept.has(id)) await ask(base, 'PUT', `/v1/objects/${NAME}/${id}`, object)
  else await ask(base, 'POST', '/v1/objects', object)
  kept.set(id, n)
}

async function ask(base: string, method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const said = await reply.text()
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${said}`)
  return said === '' ? undefined : JSON.parse(said)
}

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function sizeOf(directory: string): number {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
