import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { check } from '../lib/change/check.ts'
import { validate } from '../lib/change/validate.ts'
import type { JsonObject } from '../lib/object.ts'
import { batch } from '../lib/stream/batch.ts'
import { parseJson } from '../lib/stream/parseJson.ts'
import { splitLines } from '../lib/stream/splitLines.ts'
import { inTurns, round, say } from './measure.ts'

const CHUNK = { highWaterMark: 256 * 1024 }

/** splitLines, parseJson, validate, batch and a null sink, beside a loop that does the same without stages. */
export async function benchStages(file: string, count: number): Promise<void> {
  const rates = await inTurns(5, {
    loop: () => timed(count, () => loop(file)),
    stages: () => timed(count, () => stages(file)),
  })
  say('five stages into a null sink / bare loop', {
    loop_per_s: round(rates.loop, 0),
    stages_per_s: round(rates.stages, 0),
    ratio: round(rates.stages / rates.loop),
    at_least: 0.5,
  })
}

async function timed(count: number, work: () => Promise<number>): Promise<number> {
  const startedMs = performance.now()
  const seen = await work()
  if (seen !== count) throw new Error(`${seen} of ${count} records`)
  return count / ((performance.now() - startedMs) / 1000)
}

async function stages(file: string): Promise<number> {
  let seen = 0
  const sink = new Writable({
    objectMode: true,
    write(items: unknown[], _, callback) {
      seen += items.length
      callback()
    },
  })
  await pipeline(
    createReadStream(file, CHUNK),
    splitLines(),
    parseJson(),
    validate(),
    batch({ count: 500 }),
    sink,
  )
  return seen
}

async function loop(file: string): Promise<number> {
  let seen = 0
  let rest = ''
  for await (const chunk of createReadStream(file, { ...CHUNK, encoding: 'utf8' })) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (check(JSON.parse(line) as JsonObject) !== undefined) throw new Error('a bad record')
      seen += 1
    }
  }
  return seen
}
