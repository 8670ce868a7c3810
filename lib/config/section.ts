import { ElysiaError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { loadCompiler, type Static, type TSchema } from '../core/typebox.ts'
import { DocumentFault, type FileDocument, readDocument } from '../file/document.ts'
import type { Section } from './sections.ts'

/** Where something stands in a section: `['rules', 0, 'over']`. */
export type SectionPath = readonly (string | number)[]

/** A section that says what its schema lets it say. */
export interface CheckedSection<T> {
  readonly value: T
  /** The file that it is from. */
  readonly origin: string
  /** The error for what the schema cannot judge, with the line and column of `path`. */
  fault(path: SectionPath, fact: string, hint?: string | undefined): ElysiaError
}

/**
 * Checks a section of a configuration file against the schema of its module. What it says is not quoted in an error: it
 * may be a secret. Of a union whose members differ by a constant key the member that is meant is judged.
 * @throws ElysiaError ELYSIA_USAGE with the file, line and column of the first fault
 */
export async function checkedSection<S extends TSchema>(
  section: Section,
  schema: S,
): Promise<CheckedSection<Static<S>>> {
  const document = documentOf(section)
  const { [section.name]: value } = document.value as Readonly<Record<string, unknown>>
  const fault = faultsIn(section, document)
  const check = (await loadCompiler())(schema)
  if (check.Check(value)) return { value: value as Static<S>, origin: section.origin, fault }
  const error = telling([...check.Errors(value)] as SchemaError[])
  throw fault(placeOf(error), ...factOf(section.name, error, schema))
}

function documentOf({ origin, text }: Section): FileDocument {
  try {
    return readDocument(text)
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error
    const { line, column } = error.place
    throw new ElysiaError('ELYSIA_USAGE', `${origin}:${line}:${column}: ${error.message}`)
  }
}

function faultsIn({ name, origin }: Section, { placeOf: at }: FileDocument): CheckedSection<never>['fault'] {
  return (path, fact, hint) => {
    const { line, column } = at([name, ...path])
    const details = { hint: hint ?? 'see docs/configuration.md' }
    return new ElysiaError('ELYSIA_USAGE', `${origin}:${line}:${column}: ${fact}`, details)
  }
}

interface SchemaError {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly message: string
  readonly params: {
    readonly requiredProperties?: readonly string[]
    readonly additionalProperties?: readonly string[]
    readonly allowedValue?: unknown
    readonly allowedValues?: readonly unknown[]
  }
}

/** The error that says most: of a union that of the member that is meant, and an unknown key before all else. */
function telling(errors: readonly SchemaError[]): SchemaError {
  const union = errors.findLast(({ keyword }) => keyword === 'anyOf')
  if (union === undefined) return plainest(errors)
  const prefix = `${union.schemaPath}/anyOf/`
  const members = Map.groupBy(
    errors.filter(({ schemaPath }) => schemaPath.startsWith(prefix)),
    ({ schemaPath }) => schemaPath.slice(prefix.length).split('/', 1)[0],
  )
  const meant = [...members.values()].find((some) => some.every(({ keyword }) => keyword !== 'const'))
  if (meant !== undefined) return telling(meant)
  const kinds = [...members.values()].flat().filter(({ keyword }) => keyword === 'const')
  if (kinds.length === 0) return plainest(errors.filter(({ keyword }) => keyword !== 'anyOf'))
  const allowedValues = kinds.map(({ params }) => params.allowedValue)
  return { ...kinds[0]!, keyword: 'enum', params: { allowedValues } }
}

function plainest(errors: readonly SchemaError[]): SchemaError {
  const known = errors.filter(({ message }) => message !== 'schema is false')
  return known.find(({ keyword }) => keyword === 'additionalProperties') ?? known[0] ?? errors[0]!
}

function factOf(
  name: string,
  error: SchemaError,
  schema: TSchema,
): [fact: string, hint?: string | undefined] {
  const { params, schemaPath } = error
  const where = [name, ...partsOf(error.instancePath)].join('.')
  const node = nodeAt(schema, schemaPath)
  const [unknown] = params.additionalProperties ?? []
  if (unknown !== undefined) {
    const keys = Object.keys((node.properties ?? {}) as object)
    return [
      `${where} has the unknown key ${unknown}`,
      didYouMean(unknown, keys, `it may have ${keys.join(', ')}`),
    ]
  }
  const missing = params.requiredProperties ?? []
  if (missing.length > 0) return [`${where} lacks ${missing.join(', ')}`]
  if (params.allowedValues !== undefined)
    return [`${where} has to be one of ${params.allowedValues.join(', ')}`]
  const { description } = node
  return [`${where} ${error.message}`, typeof description === 'string' ? description : undefined]
}

/** The unknown key itself; of what is missing the place that lacks it. */
function placeOf({ instancePath, params }: SchemaError): SectionPath {
  return [...partsOf(instancePath), ...(params.additionalProperties ?? []).slice(0, 1)]
}

function partsOf(pointer: string): (string | number)[] {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) => {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^\d+$/.test(key) ? Number(key) : key
  })
}

function nodeAt(schema: TSchema, schemaPath: string): Readonly<Record<string, unknown>> {
  let node: unknown = schema
  for (const part of partsOf(schemaPath))
    node = (node as Readonly<Record<string, unknown>> | undefined)?.[part]
  return (node ?? {}) as Readonly<Record<string, unknown>>
}
