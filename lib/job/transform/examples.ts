import { SchemaDerivation } from '../../archive/foreign/deriveSchema.ts'
import { ObjectParseError, objectOf } from '../../archive/object/parse.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { type CollectionSchema, isCollectionSchema } from '../../core/schema.ts'
import type { FileExample, PipelineDocument } from '../../transform/file/read.ts'
import { bindTransforms, type TransformPipeline } from '../../transform/pipeline.ts'
import { type ExampleDifference, exampleDifferences } from './exampleDifferences.ts'
import { placedSteps } from './fileSteps.ts'
import { type StepSettings, transformsOf } from './steps.ts'

/** The result of one example. It passed if nothing differs. */
export interface ExampleResult {
  readonly line: number
  readonly column: number
  readonly name?: string
  readonly differences: readonly ExampleDifference[]
}

/** The result of testing the examples of a file. */
export interface TransformTestReport {
  readonly file: string
  readonly sha256: string
  /** The names of the transforms, in order. */
  readonly transforms: readonly string[]
  readonly passed: number
  readonly failed: number
  readonly examples: readonly ExampleResult[]
}

interface TestOptions {
  readonly settings?: StepSettings | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the examples of a file through its transforms, each by itself, without a store. Their class is that of the file,
 * or is derived from all of them.
 * @throws ElysiaError ELYSIA_USAGE if the file cannot be used, or has no examples; ELYSIA_CONFLICT if no class can be
 * derived
 */
export async function testTransforms(
  document: PipelineDocument,
  { settings, signal }: TestOptions = {},
): Promise<TransformTestReport> {
  const { path, sha256, steps, examples } = document
  if (examples.length === 0) {
    throw new ElysiaError('ELYSIA_USAGE', `${path} has no examples`, {
      hint: 'write some: each has `in` and one of `out`, `filtered` and `reject`; docs/transforms.md shows them',
    })
  }
  const objects = examples.map((example, at) => inputObject(path, example, at))
  const transforms = await transformsOf(placedSteps(path, steps), settings)
  const pipeline = bindTransforms(transforms, classOf(document, objects))
  try {
    const results: ExampleResult[] = []
    for (const [at, example] of examples.entries()) {
      results.push(await resultOf(pipeline, example, objects[at]!, signal))
    }
    const failed = results.filter(({ differences }) => differences.length > 0).length
    const names = transforms.map(({ name }) => name)
    const passed = results.length - failed
    return { file: path, sha256, transforms: names, passed, failed, examples: results }
  } finally {
    await pipeline.close()
  }
}

async function resultOf(
  pipeline: TransformPipeline,
  { example, line, column }: FileExample,
  object: StoredObject,
  signal: AbortSignal | undefined,
): Promise<ExampleResult> {
  const made = await pipeline.objects([object], signal === undefined ? {} : { signal })
  const { name } = example
  return { line, column, ...(name !== undefined && { name }), differences: exampleDifferences(example, made) }
}

function classOf({ class: own }: PipelineDocument, objects: readonly StoredObject[]): CollectionSchema {
  if (own !== undefined && isCollectionSchema(own)) return own
  const derivation = new SchemaDerivation()
  for (const object of objects) derivation.add(object)
  return derivation.schema('Example')
}

const ID = '00000000-0000-4000-8000-'

/** An object without an id gets one from its place, so that it is the same in each test. */
function inputObject(path: string, { example, line, column }: FileExample, at: number): StoredObject {
  const { id = `${ID}${String(at + 1).padStart(12, '0')}`, ...rest } = example.in
  try {
    return objectOf({ ...withoutNull(rest), id })
  } catch (error) {
    if (!(error instanceof ObjectParseError)) throw error
    throw new ElysiaError('ELYSIA_USAGE', `${path}:${line}:${column}: in ${error.message}`, {
      hint: 'an object has `properties`, and may have `id`, `vector`, `vectors` and `tenant`',
    })
  }
}

function withoutNull(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
}
