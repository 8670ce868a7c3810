import t from 'tap'
import { isRecord, recordOf } from '../../../lib/core/value/record.ts'

t.test('a JSON object is a record; null, lists and all else are none, and count as empty', async (t) => {
  const record = { a: 1 }
  t.ok(isRecord(record))
  t.equal(recordOf(record), record)
  for (const other of [null, undefined, [], [record], 'a', 1, 1n, true]) {
    t.notOk(isRecord(other as unknown), String(other))
    t.strictSame(recordOf(other), {})
  }
})
