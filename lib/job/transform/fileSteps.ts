import { dirname, join } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import { parseUnit, UNIT_EXAMPLES } from '../../core/units.ts'
import type { FileStep } from '../../transform/file/read.ts'
import type { ScriptOptions } from '../../transform/script/script.ts'
import type { OnConvertError } from '../../transform/step/convert.ts'

/** A step of a file in the form of the command line. */
export interface ParsedFileStep {
  readonly kind: string
  readonly text: string
  readonly place: string
  readonly settings?: { readonly script?: ScriptOptions; readonly onConvertError?: OnConvertError }
}

/** The steps of a file. @throws ElysiaError ELYSIA_USAGE, as `readPipelineFile` */
export async function fileSteps(path: string): Promise<ParsedFileStep[]> {
  const { readPipelineFile } = await import('../../transform/file/read.ts')
  const { steps } = await readPipelineFile(path)
  return placedSteps(path, steps)
}

/** The steps of a file that was read. Looks for a script beside the file. */
export function placedSteps(path: string, steps: readonly FileStep[]): ParsedFileStep[] {
  return steps.map(({ kind, text, line, column, timeout, onError }) => {
    const place = `${path}:${line}:${column}`
    return {
      kind,
      text: kind === 'script' ? join(dirname(path), text) : text,
      place,
      ...(timeout !== undefined && { settings: { script: { timeoutMs: millisecondsOf(timeout, place) } } }),
      ...(onError !== undefined && { settings: { onConvertError: onError } }),
    }
  })
}

function millisecondsOf(text: string, place: string): number {
  const value = parseUnit(text, 'milliseconds')
  if (value !== undefined && value > 0) return value
  throw new ElysiaError('ELYSIA_USAGE', `${place}: the timeout ${text} is not a duration`, {
    hint: `write ${UNIT_EXAMPLES.milliseconds}`,
  })
}
