import { readableText, type StoredObject } from '../../library.ts'

/**
 * An object as one JSON line with its newline: `{id, tenant?, properties, vector?, vectors?}`. Property keys are
 * sorted, so that equal collections print equal lines, whatever order a store returns.
 */
export function objectLine(object: StoredObject): string {
  return `${readableText(object)}\n`
}
