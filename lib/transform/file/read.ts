import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import { loadCompiler } from '../../core/typebox.ts'
import { DocumentFault, type FileDocument, readDocument, type TextPosition } from '../../file/document.ts'
import { type ExampleEntry, type PipelineFile, PipelineFileSchema, type StepEntry } from './schema.ts'

/** A step in a file: the flag that it stands for, with its value and position. */
export interface FileStep extends TextPosition {
  readonly kind: StepKind
  readonly text: string
  readonly onError?: 'reject' | 'null' | 'keep'
  readonly timeout?: string
}

/** An example in a file, and its position. */
export interface FileExample extends TextPosition {
  readonly example: ExampleEntry
}

/** The transforms and examples in a file. */
export interface PipelineDocument {
  readonly path: string
  readonly sha256: string
  readonly steps: readonly FileStep[]
  readonly class: PipelineFile['class']
  readonly examples: readonly FileExample[]
}

const STEP_KINDS = ['map', 'drop', 'set', 'convert', 'where', 'mask', 'script'] as const
type StepKind = (typeof STEP_KINDS)[number]

const MOST_BYTES = 4 * 1024 * 1024
const RESULTS = ['out', 'filtered', 'reject'] as const

/**
 * Reads a file of transforms, YAML or JSON. @throws ElysiaError ELYSIA_USAGE if it cannot be read or is invalid, with
 * the line and column of the first fault
 */
export async function readPipelineFile(path: string): Promise<PipelineDocument> {
  const text = await textOf(path)
  const document = documentOf(path, text)
  const file = await checkedFile(path, document)
  const { placeOf } = document
  return {
    path,
    sha256: hash('sha256', text),
    steps: file.steps.map((step, at) => stepOf(path, step, placeOf(['steps', at]))),
    class: file.class,
    examples: (file.examples ?? []).map((example, at) => {
      const place = placeOf(['examples', at])
      requireOne(path, place, 'an example', example, RESULTS)
      return { example, ...place }
    }),
  }
}

function stepOf(path: string, step: StepEntry, place: TextPosition): FileStep {
  const kind = requireOne(path, place, 'a step', step, STEP_KINDS)
  const { on_error: onError, timeout } = step
  if (onError !== undefined && kind !== 'convert')
    throw faulty(path, place, `on_error belongs to convert, not to ${kind}`)
  if (timeout !== undefined && kind !== 'script')
    throw faulty(path, place, `timeout belongs to script, not to ${kind}`)
  return {
    ...place,
    kind,
    text: step[kind]!,
    ...(onError !== undefined && { onError: onError ?? 'null' }),
    ...(timeout !== undefined && { timeout }),
  }
}

function requireOne<K extends string>(
  path: string,
  place: TextPosition,
  subject: string,
  value: object,
  keys: readonly K[],
): K {
  const [present, ...more] = keys.filter((key) => Object.hasOwn(value, key))
  if (present === undefined)
    throw faulty(path, place, `${subject} has one of ${keys.join(', ')}, and this has none`)
  if (more.length === 0) return present
  throw faulty(
    path,
    place,
    `${subject} has one of ${keys.join(', ')}, and this has ${[present, ...more].join(' and ')}`,
  )
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new Error('it is larger than 4 MiB')
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new ElysiaError('ELYSIA_USAGE', `the pipeline ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'give a YAML or JSON file of transforms: docs/transforms.md shows one',
    })
  }
}

function documentOf(path: string, text: string): FileDocument {
  try {
    return readDocument(text)
  } catch (error) {
    if (error instanceof DocumentFault) throw faulty(path, error.place, error.message)
    throw error
  }
}

async function checkedFile(path: string, { value, placeOf }: FileDocument): Promise<PipelineFile> {
  const check = (await loadCompiler())(PipelineFileSchema)
  if (check.Check(value)) return value as PipelineFile
  const errors = [...check.Errors(value)] as SchemaError[]
  // Of the errors in the first wrong step or example, the deepest one says most: for a union, every kind that does
  // not match reports an error as well.
  const first = errors.filter((error) => itemOf(error) === itemOf(errors[0]!))
  const error = first.reduce((one, other) => (depthOf(other) > depthOf(one) ? other : one))
  const at = pathOf(error.instancePath)
  throw faulty(path, placeOf(at), factOf(error, at), hintOf(error, at))
}

interface SchemaError {
  readonly instancePath: string
  readonly message: string
  readonly params?: { readonly requiredProperties?: readonly string[] }
}

function itemOf({ instancePath }: SchemaError): string {
  return instancePath.split('/').slice(0, 3).join('/')
}

function depthOf({ instancePath }: SchemaError): number {
  return instancePath.split('/').length
}

function pathOf(pointer: string): (string | number)[] {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) => {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^\d+$/.test(key) ? Number(key) : key
  })
}

/** The schema check reports a key missing from a closed object like this. */
function isUnknownKey({ message }: SchemaError): boolean {
  return message === 'schema is false'
}

function factOf(error: SchemaError, at: readonly (string | number)[]): string {
  const holder = at.slice(0, -1).join('.') || 'the file'
  if (isUnknownKey(error)) return `${holder} has the unknown key ${at.at(-1)}`
  const where = at.length === 0 ? 'the file' : at.join('.')
  const missing = error.params?.requiredProperties ?? []
  return missing.length > 0 ? `${where} lacks ${missing.join(', ')}` : `${where} ${error.message}`
}

function hintOf(error: SchemaError, at: readonly (string | number)[]): string | undefined {
  if (!isUnknownKey(error)) return undefined
  const known = KEYS[at.length === 1 ? '' : `${at[0]}`] ?? EXAMPLE_KEYS
  return didYouMean(`${at.at(-1)}`, known, `it may have ${known.join(', ')}`)
}

const EXAMPLE_KEYS = ['name', 'in', ...RESULTS, 'id', 'properties', 'vector', 'vectors', 'tenant']
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['steps', 'examples', 'class'],
  steps: [...STEP_KINDS, 'on_error', 'timeout'],
}

function faulty(path: string, { line, column }: TextPosition, fact: string, hint?: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${path}:${line}:${column}: ${fact}`, {
    hint: hint ?? '`elysiactl format schema pipeline` prints what such a file may say',
  })
}
