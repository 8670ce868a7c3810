import { readFile } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { parseExact } from '../../core/exactJson.ts'
import { bigintIn, type CollectionSchema, isCollectionSchema } from '../../core/schema.ts'

/** Reads a class from a JSON file. @throws ElysiaError ELYSIA_USAGE if it holds none */
export async function readSchemaFile(path: string): Promise<CollectionSchema> {
  const hint = 'give a file with the class as JSON, as a Weaviate server or `col show NAME --json` prints it'
  try {
    const value: unknown = parseExact(await readFile(path, 'utf8'))
    const large = bigintIn(value)
    if (large !== undefined) throw new Error(`it holds ${large}, a number that a class cannot keep exactly`)
    if (isCollectionSchema(value)) return value
  } catch (cause) {
    throw new ElysiaError('ELYSIA_USAGE', `the schema ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint,
    })
  }
  throw new ElysiaError('ELYSIA_USAGE', `the schema ${path} is not a class: it has no "class"`, { hint })
}
