import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** One process that ran: its wall time, and what it said of itself on stdout. */
export interface Ran {
  readonly seconds: number
  readonly output: string
}

/** Runs a node process to its end. @throws Error where it fails */
export async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`)
  return { seconds: (performance.now() - startedMs) / 1000, output }
}

/** Runs cases in turn, `rounds` times, and gives each its median. */
export async function inTurns<K extends string>(
  rounds: number,
  cases: Readonly<Record<K, () => Promise<number>>>,
): Promise<Record<K, number>> {
  const taken = Object.fromEntries(Object.keys(cases).map((name) => [name, []])) as unknown as Record<
    K,
    number[]
  >
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(cases) as K[]) taken[name].push(await cases[name]())
  }
  return Object.fromEntries(
    Object.entries(taken).map(([name, all]) => [name, median(all as number[])]),
  ) as Record<K, number>
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

const CODE = 'export const value = compute(input, options) // a line of code that says something\n'.repeat(8)

/** Writes change records of about 750 bytes with distinct paths, until there are `count` of them. */
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

/** A line of the result: what was measured, and the bound it is held to. */
export function say(what: string, figures: Readonly<Record<string, number | string>>): void {
  console.log(JSON.stringify({ what, ...figures }))
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
