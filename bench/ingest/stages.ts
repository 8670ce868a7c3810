import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { checkRecord } from '../../lib/change/check.ts'
import { validate } from '../../lib/change/validate.ts'
import type { JsonObject } from '../../lib/core/object.ts'
import { batch } from '../../lib/stream/batch.ts'
import { splitLines } from '../../lib/stream/lines/splitLines.ts'
import { parseJson } from '../../lib/stream/parseJson.ts'
import { compare, figuresOf, inTurns, printFigures } from '../measure.ts'

const SELF = fileURLToPath(import.meta.url)
const CHUNK = { highWaterMark: 256 * 1024 }

/** splitLines, parseJson, validate, batch and a null sink, beside a loop that does the same without stages. */
export async function benchStages(file: string, rounds: number): Promise<void> {
  const taken = await inTurns(rounds, {
    loop: () => figuresOf([SELF, 'loop', file]),
    stages: () => figuresOf([SELF, 'stages', file]),
  })
  compare('five stages into a null sink / bare loop', 0.5, taken.loop, taken.stages)
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
      if (checkRecord(JSON.parse(line) as JsonObject) !== undefined) throw new Error('a bad record')
      seen += 1
    }
  }
  return seen
}

if (process.argv[1] === SELF) {
  const [name, file] = process.argv.slice(2) as [string, string]
  await printFigures(() => (name === 'loop' ? loop(file) : stages(file)))
}
