import { lineByLine, type Shape } from './shape.ts'
import { describeVectors, takeVectors, vectorFieldsOf } from './vectorFields.ts'

/** Records in which each field is a property: not of any one store, but chosen by a person. */
export const flat: Shape = {
  name: 'flat',
  id: 'id',
  matches: () => false,
  records: lineByLine,
  reader: (sample, changes) => {
    const fields = vectorFieldsOf(sample)
    return {
      vectors: describeVectors(fields),
      read: (record) => {
        const { rest, ...vectors } = takeVectors(record, fields, changes)
        const { id, ...properties } = rest
        return { id, properties, ...vectors }
      },
    }
  },
}
