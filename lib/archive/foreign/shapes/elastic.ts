import type { JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { PlainFault } from '../plainFault.ts'
import { recordsOf, requireRecord } from './fields.ts'
import { lineByLine, type Shape } from './shape.ts'
import { describeVectors, takeVectors, vectorFieldsOf } from './vectorFields.ts'

function isHit(line: JsonObject): boolean {
  return line._id !== undefined && isRecord(line._source)
}

const reader: Shape['reader'] = (sample, changes) => {
  const fields = vectorFieldsOf(sample.map(({ _source }) => (isRecord(_source) ? _source : {})))
  return {
    vectors: describeVectors(fields),
    read: ({ _id, _source }) => {
      const { rest, ...vectors } = takeVectors(requireRecord(_source, '_source'), fields, changes)
      return { id: _id, properties: rest, ...vectors }
    },
  }
}

/** Documents as elasticdump writes them: one hit per line. */
export const elasticdump: Shape = {
  name: 'elasticdump',
  id: '_id',
  matches: isHit,
  records: lineByLine,
  reader,
}

/** Responses to a search, and lines for the bulk interface: an action, then its document. */
export const opensearch: Shape = {
  name: 'opensearch',
  id: '_id',
  matches: (line) => hitsOf(line) !== undefined || actionOf(line) !== undefined,
  records: () => {
    let action: Action | undefined
    return (line) => {
      const hits = hitsOf(line)
      if (hits !== undefined) return hits
      if (isHit(line)) return [line]
      if (action !== undefined) {
        const { _id } = action
        action = undefined
        return [{ ...(_id !== undefined && { _id }), _source: line }]
      }
      const nextAction = actionOf(line)
      if (nextAction === undefined) throw new PlainFault('invalid_value', 'neither a hit nor an action')
      if (nextAction.kind === 'delete' || nextAction.kind === 'update')
        throw new PlainFault('invalid_value', `an action ${nextAction.kind} holds no whole document`)
      action = nextAction
      return []
    }
  },
  reader,
}

const ACTIONS = ['index', 'create', 'update', 'delete']

interface Action {
  readonly kind: string
  readonly _id: JsonObject[string] | undefined
}

function actionOf(line: JsonObject): Action | undefined {
  const [[kind, target] = [''], ...others] = Object.entries(line)
  if (others.length > 0 || !ACTIONS.includes(kind) || !isRecord(target)) return undefined
  const isTarget = Object.keys(target).every((key) => key.startsWith('_') || PARAMETERS.includes(key))
  return isTarget ? { kind, _id: target._id } : undefined
}

const PARAMETERS = [
  'routing',
  'version',
  'version_type',
  'require_alias',
  'pipeline',
  'retry_on_conflict',
  'dynamic_templates',
]

function hitsOf(line: JsonObject): readonly JsonObject[] | undefined {
  return isRecord(line.hits) ? recordsOf(line.hits.hits) : undefined
}
