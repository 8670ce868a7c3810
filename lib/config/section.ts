import { ElysiaError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { loadCheck, type Static, type TSchema } from '../core/typebox.ts'
import { DocumentFault, type FileDocument, readDocument } from '../file/document.ts'
import type { Section } from './sections.ts'

/** A path in a section: `['rules', 0, 'over']`. */
export type SectionPath = readonly (string | number)[]

/** A section that matches its schema. */
export interface CheckedSection<T> {
  readonly value: T
  /** The file that contains it. */
  readonly origin: string
  /** Makes the error for a fault that the schema cannot detect, with the line and column of `path`. */
  fault(path: SectionPath, fact: string, hint?: string | undefined): ElysiaError
}

/**
 * Checks a section of a configuration file against the schema of its module. Errors do not quote its content, which
 * may be a secret. In a union whose members differ by a constant key, checks against the member with that key.
 * @throws ElysiaError ELYSIA_USAGE with the file, line and column of the first fault
 */
export async function checkedSection<S extends TSchema>(
  section: Section,
  schema: S,
): Promise<CheckedSection<Static<S>>> {
  const document = documentOf(section)
  const { [section.name]: value } = document.value as Readonly<Record<string, unknown>>
  const fault = faultsIn(section, document)
  const checking = await loadCheck()
  if (checking.check(schema, value)) return { value: value as Static<S>, origin: section.origin, fault }
  const { path, error, schema: inner } = mostHelpfulFault(checking, schema, value, [])
  throw fault([...path, ...placeOf(error)], ...factOf([section.name, ...path], error, inner))
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

type SchemaChecker = Awaited<ReturnType<typeof loadCheck>>

/** A fault: the value at `path` does not match this part of the schema. */
interface SchemaFault {
  readonly path: SectionPath
  readonly schema: TSchema
  readonly error: SchemaError
}

/** The most helpful error: in a union that of the intended member; an unknown key before any other. */
function mostHelpfulFault(
  checking: SchemaChecker,
  schema: TSchema,
  value: unknown,
  path: SectionPath,
): SchemaFault {
  for (const union of unionsIn(schema, value, path)) {
    if (checking.check(union.schema, union.value)) continue
    const members = (union.schema as unknown as { anyOf: readonly TSchema[] }).anyOf
    const kinds = members.map(kindOf)
    const kindName = kinds[0] && (union.value as Readonly<Record<string, unknown>> | null)?.[kinds[0].key]
    const intended = members[kinds.findIndex((kind) => kind !== undefined && kind.value === kindName)]
    if (intended !== undefined) return mostHelpfulFault(checking, intended, union.value, union.path)
    if (kinds[0] === undefined || kindName === undefined) continue
    return { ...union, error: notOneOf(kinds[0].key, kinds) }
  }
  return { path, schema, error: plainestError([...checking.errorsOf(schema, value)] as SchemaError[]) }
}

interface Kind {
  readonly key: string
  readonly value: unknown
}

/** The key with a constant value that distinguishes a member from the others. */
function kindOf(member: TSchema): Kind | undefined {
  const { properties = {} } = member as {
    readonly properties?: Readonly<Record<string, { const?: unknown }>>
  }
  const found = Object.entries(properties).find(([, { const: value }]) => value !== undefined)
  return found && { key: found[0], value: found[1].const }
}

function notOneOf(key: string, kinds: readonly (Kind | undefined)[]): SchemaError {
  const params = { allowedValues: kinds.map((kind) => kind?.value) }
  return { keyword: 'enum', schemaPath: '#', instancePath: `/${key}`, message: '', params }
}

interface Part {
  readonly schema: TSchema
  readonly value: unknown
  readonly path: SectionPath
}

/** The unions in a schema, with the part of the value that has to match each. */
function* unionsIn(schema: TSchema, value: unknown, path: SectionPath): Generator<Part> {
  const {
    anyOf,
    items,
    properties = {},
    patternProperties = {},
  } = schema as {
    readonly anyOf?: readonly TSchema[]
    readonly items?: TSchema
    readonly properties?: Readonly<Record<string, TSchema>>
    readonly patternProperties?: Readonly<Record<string, TSchema>>
  }
  if (anyOf !== undefined) yield { schema, value, path }
  if (typeof value !== 'object' || value === null) return
  const [any] = Object.values(patternProperties)
  for (const [key, member] of Object.entries(value)) {
    const inner = Array.isArray(value) ? items : Object.hasOwn(properties, key) ? properties[key] : any
    if (inner !== undefined)
      yield* unionsIn(inner, member, [...path, Array.isArray(value) ? Number(key) : key])
  }
}

function plainestError(errors: readonly SchemaError[]): SchemaError {
  const known = errors.filter(({ message }) => message !== 'schema is false')
  return known.find(({ keyword }) => keyword === 'additionalProperties') ?? known[0] ?? errors[0]!
}

function factOf(
  above: SectionPath,
  error: SchemaError,
  schema: TSchema,
): [fact: string, hint?: string | undefined] {
  const { params, schemaPath } = error
  const where = [...above, ...partsOf(error.instancePath)].join('.')
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

/** The unknown key itself; for a missing key, its parent. */
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
