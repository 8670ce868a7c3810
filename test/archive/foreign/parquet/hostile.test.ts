// Tables that lie about themselves, or would take gigabytes, are damaged: no process dies of them, and no memory is taken.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ForeignChanges } from '../../../../lib/archive/foreign/changes.ts'
import { mappingOf } from '../../../../lib/archive/foreign/mapping.ts'
import { openTable, readTable } from '../../../../lib/archive/foreign/parquet/table.ts'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import { some } from '../../../runs.ts'

const FIXTURES = fileURLToPath(new URL('../../../../fixtures/parquet/', import.meta.url))
const MOST_RSS = 500 * 1024 * 1024

async function rowsIn(path: string): Promise<number> {
  const files = [{ path, name: 'table.parquet', partition: {} }]
  const options = { mapping: mappingOf({}) }
  const table = await openTable(files, options)
  let rows = 0
  const calls = { changes: new ForeignChanges(), onReject: () => void rows++ }
  for await (const page of readTable(table, options, calls)) rows += page.length
  return rows
}

t.test('a few bytes that would become gigabytes are refused before they are decoded', async (t) => {
  const before = process.memoryUsage().rss
  const row = rowsIn(join(FIXTURES, 'hostile/row.parquet'))
  await t.rejects(row, { code: 'ELYSIA_DAMAGED', message: /a row of 30000000 values/ })
  const wide = rowsIn(join(FIXTURES, 'hostile/wide.parquet'))
  await t.rejects(wide, { code: 'ELYSIA_DAMAGED', message: /byte arrays of 1000000 bytes each/ })
  t.ok(process.memoryUsage().rss - before < MOST_RSS)
})

t.test('a table whose bytes were changed is read, or damaged, and never anything else', async (t) => {
  const path = join(t.testdir(), 'changed.parquet')
  const whole = readFileSync(join(FIXTURES, 'polars.parquet'))
  const footer = whole.length - 8 - whole.readUInt32LE(whole.length - 8)
  const ways = Array.from({ length: 16 }, (_, index) => index + 1)
  for (const n of some(6, ways)) {
    const bytes = Buffer.from(whole)
    const from = n % 2 === 0 ? footer : 4
    for (let at = from + n * 7; at < bytes.length; at += 131 * n) bytes[at] = (bytes[at]! + n * 37) % 256
    writeFileSync(path, bytes)
    const outcome = await rowsIn(path).catch((error: unknown) => error)
    const isKnown = outcome === 4 || (outcome instanceof ElysiaError && outcome.code === 'ELYSIA_DAMAGED')
    t.ok(isKnown, `${n}: ${outcome}`)
  }
  for (const length of [0, 3, 8, 100, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length))
    await t.rejects(rowsIn(path), { code: 'ELYSIA_DAMAGED' }, `cut to ${length} bytes`)
  }
})
