import { createHash } from 'node:crypto'
import type { JsonObject } from '../../core/object.ts'

const REPOS = ['notes', 'straße']
const PATHS = ['a.md', 'src/b.py', 'src/ü b.ts', '😀', 'c']
const CONTENTS = ['', 'one\n', 'two\r\n', '\u0000\u007f\u2028', 'ein "Satz" über \\ und 😀']
const TIMES = ['2025-09-03T12:00:00Z', '2026-01-01T00:00:00.500+02:00', '2024-02-29T23:59:59.000000001-00:00']
const METADATA: readonly JsonObject[] = [
  {},
  { branch: 'main' },
  { z: [1, 2.5, null], a: { é: true } },
  { large: 2n ** 63n - 1n },
]

/**
 * Random change records for few paths in few repositories, so that they interact: equal seeds make equal records. Some
 * are rejected because of what is stored, or lack what their operation needs.
 */
export function randomRecords(seed: string, count: number): JsonObject[] {
  const draw = drawFrom(seed)
  return Array.from({ length: count }, () => recordOf(draw))
}

type Draw = (below: number) => number

/** Numbers below a bound, each from the digest of its position: the same on every machine. */
function drawFrom(seed: string): Draw {
  let drawn = 0
  return (below) => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32BE() % below
}

function recordOf(draw: Draw): JsonObject {
  const pick = <T>(values: readonly T[]): T => values[draw(values.length)]!
  const sometimes = (odds: number) => draw(100) < odds
  const op = pick(['add', 'add', 'modify', 'delete', 'rename', 'rename'])
  return {
    repo: pick(REPOS),
    op,
    path: pick(PATHS),
    ...(op === 'rename' && { new_path: pick(PATHS) }),
    ...(op !== 'delete' && sometimes(op === 'rename' ? 30 : 85) && contentOf(pick(CONTENTS), sometimes(20))),
    ...(sometimes(40) && { metadata: pick(METADATA) }),
    ...(sometimes(30) && { timestamp: pick(TIMES) }),
    ...(sometimes(5) && { skip_index: true, skip_reason: 'vendor' }),
    ...(sometimes(5) && { unknown: ['to be ignored'] }),
  }
}

function contentOf(text: string, asBase64: boolean): JsonObject {
  return asBase64 ? { content_base64: Buffer.from(text).toString('base64') } : { content: text }
}
