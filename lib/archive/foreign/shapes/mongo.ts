import type { JsonObject } from '../../../core/object.ts'
import { plainValue } from './extendedJson.ts'
import { lineByLine, type Shape } from './shape.ts'
import { describeVectors, takeVectors, vectorFieldsOf } from './vectorFields.ts'

/** Documents as mongoexport writes them, in extended JSON. */
export const mongo: Shape = {
  name: 'mongo',
  id: '_id',
  matches: (line) => line._id !== undefined && line._source === undefined,
  records: lineByLine,
  reader: (sample, changes) => {
    const fields = vectorFieldsOf(sample.flatMap(plainOrNone))
    return {
      vectors: describeVectors(fields),
      read: (record) => {
        const { rest, ...vectors } = takeVectors(plainValue(record) as JsonObject, fields, changes)
        const { _id: id, ...properties } = rest
        return { id, properties, ...vectors }
      },
    }
  },
}

function plainOrNone(record: JsonObject): JsonObject[] {
  try {
    return [plainValue(record) as JsonObject]
  } catch {
    return []
  }
}
