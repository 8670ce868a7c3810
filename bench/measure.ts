import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** One process that ran: its wall time, and what it said of itself on stdout. */
export interface Ran {
  readonly seconds: number
  readonly output: string
}

/** What one case made of its work: records a second, and the most memory its process held. */
export interface Figures {
  readonly rate: number
  readonly peak_rss_bytes: number
}

/** Runs a node process to its end. @throws Error where it fails */
export async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`)
  return { seconds: (performance.now() - startedMs) / 1000, output }
}

/** Runs a process that prints its figures as JSON. */
export async function figuresOf(
  argv: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Figures> {
  return JSON.parse((await run(argv, env)).output) as Figures
}

/** Works under the clock, and says on stdout what it took: for the child's side of `figuresOf`. */
export async function printFigures(records: () => Promise<number>): Promise<void> {
  const startedMs = performance.now()
  const before = process.cpuUsage()
  const count = await records()
  const { user, system } = process.cpuUsage(before)
  const rate = count / ((performance.now() - startedMs) / 1000)
  const peak_rss_bytes = process.resourceUsage().maxRSS * 1024
  console.log(JSON.stringify({ rate, peak_rss_bytes, cpu_us: round((user + system) / count) }))
}

/** Runs cases in turn, `rounds` times, and gives each what it took in each round. */
export async function inTurns<K extends string, T>(
  rounds: number,
  cases: Readonly<Record<K, () => Promise<T>>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(cases) as K[]
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, T[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of names) taken[name].push(await cases[name]())
  }
  return taken
}

/** The value below which this part of them lies, between two of them where it falls there. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return below + (above - below) * (at % 1)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Ratios that were taken round by round: what disturbs a whole round does not disturb its ratio. */
export function spread(ratios: readonly number[]) {
  return {
    ratio: round(median(ratios)),
    quartiles: `${round(quantile(ratios, 0.25))} to ${round(quantile(ratios, 0.75))}`,
    rounds: ratios.length,
  }
}

/** Says how we stand to the floor of the same round, and how much memory each took. */
export function compare(
  what: string,
  bound: number | undefined,
  floor: readonly Figures[],
  ours: readonly Figures[],
): void {
  const ratios = ours.map(({ rate }, round) => rate / floor[round]!.rate)
  say(what, {
    floor_per_s: round(median(floor.map(({ rate }) => rate)), 0),
    ours_per_s: round(median(ours.map(({ rate }) => rate)), 0),
    ...spread(ratios),
    ...(bound !== undefined && { at_least: bound }),
    floor_peak_mb: peakOf(floor),
    peak_mb: peakOf(ours),
  })
}

export function peakOf(figures: readonly Figures[]): number {
  return round(Math.max(...figures.map(({ peak_rss_bytes }) => peak_rss_bytes)) / 1e6, 0)
}

/** A line of the result: what was measured, and the bound it is held to. */
export function say(what: string, figures: Readonly<Record<string, number | string>>): void {
  console.log(JSON.stringify({ what, ...figures }))
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

// Cut so that a record has 750 bytes on average over 200 000, with everything around its content.
const CODE = 'export const value = compute(input, options) // a line of code that says something\n'
  .repeat(8)
  .slice(37)

/** Writes change records of 750 bytes on average, with distinct paths, until there are `count` of them. */
export async function writeRecords(path: string, count: number): Promise<void> {
  function* lines() {
    for (let i = 0; i < count; i++) yield `${recordLine(i)}\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}

export function recordLine(i: number): string {
  const path = `src/dir-${i % 977}/file-${i}.ts`
  return JSON.stringify({
    repo: 'bench',
    op: 'add',
    path,
    content: `// ${i}\n${CODE}`,
    metadata: { commit: `c${i % 50}` },
  })
}
