import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { isVector, requireRecord, without } from './fields.ts'
import type { Shape } from './shape.ts'
import { describeVectors, takeVectors, vectorFieldsOf } from './vectorFields.ts'

/**
 * Documents of LangChain, in Python or JavaScript, and dumps of its in-memory store. Their text is the property
 * `text`.
 */
export const langchain: Shape = {
  name: 'langchain',
  id: 'id',
  matches: (line) => stored(line) !== undefined || contentOf(unwrapSerialized(line)) !== undefined,
  records: () => (line) => stored(line) ?? [unwrapSerialized(line)],
  reader: (sample, changes) => {
    const fields = vectorFieldsOf(sample)
    return {
      vectors: describeVectors(fields),
      read: (record) => {
        const { rest, ...vectors } = takeVectors(record, fields, changes)
        const { id, metadata = null } = rest
        const text = contentOf(rest) ?? rest.text
        const of = requireRecord(metadata, 'metadata')
        return {
          id: id ?? of.id,
          properties: {
            ...without(rest, ['id', 'metadata', 'type', 'page_content', 'pageContent', 'text']),
            ...(id === undefined || id === null ? without(of, ['id']) : of),
            ...(text !== undefined && { text }),
          },
          ...vectors,
        }
      },
    }
  },
}

function contentOf({ page_content: one, pageContent: other }: JsonObject): Json | undefined {
  return typeof (one ?? other) === 'string' ? (one ?? other) : undefined
}

/** `dumps` wraps a document in the constructor call that creates it. */
function unwrapSerialized(line: JsonObject): JsonObject {
  return line.lc !== undefined && isRecord(line.kwargs) ? line.kwargs : line
}

/** An in-memory store is one document: its records by id. */
function stored(line: JsonObject): readonly JsonObject[] | undefined {
  const all = Object.values(line)
  const isStore =
    all.length > 0 && all.every((one) => isRecord(one) && isVector(one.vector) && one.text !== undefined)
  return isStore ? (all as JsonObject[]) : undefined
}
