import type { JsonObject } from '../../../core/object.ts'
import { elasticdump, opensearch } from './elastic.ts'
import { flat } from './flat.ts'
import { langchain } from './langchain.ts'
import { mongo } from './mongo.ts'
import type { Shape, ShapeName } from './shape.ts'
import { milvus, pinecone, qdrant } from './vectorStores.ts'
import { pythonClient, tsClient, weaviate } from './weaviate.ts'

/** All shapes, in the order in which they are tried. To add one, write a file and add a line here. */
const SHAPES: Readonly<Record<ShapeName, Shape>> = {
  weaviate,
  'python-client': pythonClient,
  'ts-client': tsClient,
  elasticdump,
  opensearch,
  qdrant,
  pinecone,
  mongo,
  langchain,
  milvus,
  flat,
}

/** The shape that a user chose. */
export function shapeByName(name: ShapeName): Shape {
  return SHAPES[name]
}

/** The shape that most of these lines look like, the first one if several tie; undefined if none matches. */
export function shapeOf(lines: readonly JsonObject[]): Shape | undefined {
  let [best, most]: [Shape | undefined, number] = [undefined, 0]
  for (const shape of Object.values(SHAPES)) {
    const matching = lines.filter((line) => shape.matches(line)).length
    if (matching > most) [best, most] = [shape, matching]
  }
  return best
}
