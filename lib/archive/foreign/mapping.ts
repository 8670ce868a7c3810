import { ElysiaError } from '../../core/errors.ts'

/** Where to find the parts of an object in a record, as a person specified. */
export interface Mapping {
  /** The fields that its id is made from. */
  readonly id?: readonly string[]
  /** Where its vectors are, by vector name, `''` for the unnamed one; an empty map means that there are none. */
  readonly vectors?: ReadonlyMap<string, string>
  /** The field that contains its properties. */
  readonly properties?: string
}

/** A mapping of fields as options. */
export interface MappingOptions {
  readonly idFrom?: string
  readonly vectorFrom?: string
  readonly propertiesFrom?: string
}

const NONE = 'none'

/** Reads `a,b`, `path` or `name=path,…`, and `path`. @throws ElysiaError ELYSIA_USAGE */
export function mappingOf({ idFrom, vectorFrom, propertiesFrom }: MappingOptions): Mapping {
  return {
    ...(idFrom !== undefined && { id: listOf('--id-from', idFrom) }),
    ...(vectorFrom !== undefined && { vectors: vectorsOf(vectorFrom) }),
    ...(propertiesFrom !== undefined && { properties: propertiesFrom }),
  }
}

function vectorsOf(text: string): ReadonlyMap<string, string> {
  const vectors = new Map<string, string>()
  if (text === NONE) return vectors
  for (const pair of listOf('--vector-from', text)) {
    const at = pair.indexOf('=')
    const [name, path] = at < 0 ? ['', pair] : [pair.slice(0, at), pair.slice(at + 1)]
    if (vectors.has(name) || path === '') throw unreadable('--vector-from', text)
    vectors.set(name, path)
  }
  return vectors
}

function listOf(flag: string, text: string): string[] {
  const all = text.split(',').map((one) => one.trim())
  if (all.some((one) => one === '')) throw unreadable(flag, text)
  return all
}

function unreadable(flag: string, text: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${flag} ${text} names nothing, or the same twice`, {
    hint: '--id-from is FIELD,…; --vector-from is FIELD, NAME=FIELD,… or none',
  })
}
