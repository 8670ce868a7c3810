import type { PropertySchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import type { ScriptExports } from './messages.ts'
import { nameOf } from './nameOf.ts'

/** The function of a script: transforms an object, synchronously or not. */
export type ScriptFunction = (object: unknown, context: unknown) => unknown

/** What a script exports, checked. @throws Error that explains what is wrong with it */
export function exportsOf(
  module: Readonly<Record<string, unknown>>,
): ScriptExports & { readonly run: ScriptFunction } {
  const { default: run, ids, vectors = true, schema = {} } = module
  if (typeof run !== 'function') {
    const fact = run === undefined ? 'it has no default export' : `its default export is ${nameOf(run)}`
    throw new Error(`${fact}, and has to export a function: export default (object) => object`)
  }
  if (ids !== undefined && ids !== 'kept' && ids !== 'changed') {
    throw new Error(`ids is ${JSON.stringify(ids)}, and may be 'kept' or 'changed'`)
  }
  if (typeof vectors !== 'boolean') throw new Error(`vectors is ${nameOf(vectors)}, not a boolean`)
  if (!isRecord(schema)) throw new Error(`schema is ${nameOf(schema)}, not an object`)
  const { properties = [], drop = [] } = schema
  if (!Array.isArray(properties) || !properties.every(isProperty)) {
    throw new Error('schema.properties is not a list of {name, dataType: [TYPE]}')
  }
  if (!Array.isArray(drop) || !drop.every((name) => typeof name === 'string')) {
    throw new Error('schema.drop is not a list of names')
  }
  return { run: run as ScriptFunction, ids, vectors, properties, dropped: drop }
}

function isProperty(value: unknown): value is PropertySchema {
  if (!isRecord(value) || typeof value.name !== 'string' || !Array.isArray(value.dataType)) return false
  return value.dataType.length > 0 && value.dataType.every((type) => typeof type === 'string')
}
