import { pipeline, Readable } from 'node:stream'
import type { DocumentKind } from '../../../archive/foreign/documentLines.ts'
import { mappingOf } from '../../../archive/foreign/mapping.ts'
import { jsonLines, withoutReason } from '../../../archive/foreign/plainJsonl.ts'
import type { LineForm } from '../../../archive/foreign/shapes/reading.ts'
import { fieldsText } from '../../../archive/foreign/shapes/reading.ts'
import { Sample } from '../../../archive/foreign/shapes/sample.ts'
import type { ShapeName } from '../../../archive/foreign/shapes/shape.ts'
import { shapeByName, shapeOf } from '../../../archive/foreign/shapes/shapes.ts'
import type { JsonObject } from '../../../core/object.ts'
import { Reject } from '../../../core/reject.ts'
import type { Emit } from '../../../run/context.ts'
import type { ParsedLine } from '../../../stream/parseJson.ts'
import type { ForeignBytes } from './file.ts'
import type { ForeignOptions } from './foreignOptions.ts'

const NEWLINE = 10

/**
 * The form of the lines, detected from the first ones or given by the user; undefined for objects as archives write
 * them, and for lines of unknown form. Announces the form.
 * @throws ElysiaError ELYSIA_USAGE
 */
export async function lineFormOf(
  { name, again }: Pick<ForeignBytes, 'name' | 'again'>,
  { head, document }: { readonly head: Buffer; readonly document: DocumentKind | undefined },
  wishes: ForeignOptions,
  emit: Emit,
): Promise<LineForm | undefined> {
  const mapping = mappingOf(wishes)
  const isMapped = Object.keys(mapping).length > 0
  const lines = Readable.from([head.subarray(0, head.lastIndexOf(NEWLINE) + 1)])
  const sample = await sampleOf(again?.() ?? lines, document)
  const { shape: asked = 'auto' } = wishes
  const detected = asked === 'auto' ? shapeOf(sample) : shapeByName(asked as ShapeName)
  const shape = detected ?? (isMapped ? shapeByName('flat') : undefined)
  if (shape === undefined || (shape.name === 'weaviate' && !isMapped && asked === 'auto')) return undefined
  const form: LineForm = { shape, mapping, sample }
  const { id, vectors } = fieldsText(form)
  emit({
    type: 'source_read_as',
    source: name,
    shape: shape.name,
    id: [...id],
    id_made: mapping.id !== undefined,
    vectors: [...vectors],
    renamed: [],
    left_out: [],
  })
  return form
}

/** The first lines that are JSON objects, shortened. Reading the source will report its errors. */
async function sampleOf(source: Readable, document: DocumentKind | undefined): Promise<JsonObject[]> {
  const stages = jsonLines({ document })
  const last = stages.at(-1)!
  pipeline([source, ...stages], () => {})
  const sample = new Sample()
  try {
    for await (const line of last as AsyncIterable<ParsedLine | Reject>) {
      const read = line instanceof Reject ? line : withoutReason(line)
      if (!(read instanceof Reject)) sample.add(read.value)
      if (sample.isFull) break
    }
  } catch {
    return sample.lines
  }
  return sample.lines
}
