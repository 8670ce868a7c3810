import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { asTold, type ClassSchema } from '../class/schema.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { list, object } from '../value/json.ts'
import { Answered, errorBody, type Routes } from './rest.ts'

/** Classes and their properties. */
export function schemaRoutes({ collections }: Inside): Routes {
  const found = (name: string): ClassSchema => {
    const schema = collections.schema(name)
    if (schema === undefined) throw new Answered({ status: 404 })
    return schema
  }
  return {
    'GET /v1/schema': () => ({ status: 200, body: { classes: collections.schemas() } }),
    'POST /v1/schema': ({ body }) => {
      for (const [index, one] of list(object(body).properties).entries()) {
        checkTokenization(one, `properties.${index}.tokenization`)
      }
      return schemaAnswer(() => collections.createClass(object(body)))
    },
    'GET /v1/schema/{class}': ({ parts: [name = ''] }) => ({ status: 200, body: asTold(found(name)) }),
    'DELETE /v1/schema/{class}': ({ parts: [name = ''] }) => {
      collections.dropClass(name)
      return { status: 200 }
    },
    'POST /v1/schema/{class}/properties': ({ parts: [name = ''], body }) => {
      checkTokenization(body, 'tokenization')
      return schemaAnswer(() => collections.addProperty(name, object(body)))
    },
    'PUT /v1/schema/{class}': ({ parts: [name = ''], body }) => {
      const named = object(found(name).vectorConfig as unknown as Json)
      const added = Object.keys(object(object(body).vectorConfig)).some((vector) => !(vector in named))
      if (!added) throw new Refusal('the double adds named vectors, and changes nothing else of a class', 501)
      return schemaAnswer(() => collections.addVectors(name, object(object(body).vectorConfig)))
    },
  }
}

const TOKENIZATIONS = 'word lowercase whitespace field trigram gse kagome_kr kagome_ja gse_ch'

function checkTokenization(property: Json, where: string): void {
  const { tokenization } = object(property)
  if (tokenization === undefined || tokenization === '') return
  if (TOKENIZATIONS.split(' ').includes(String(tokenization))) return
  const message = `${where} in body should be one of [${TOKENIZATIONS}]`
  throw new Answered({ status: 422, body: { code: 606, message } })
}

/** Schema calls answer their refusals with `allowed` beside them. */
function schemaAnswer(work: () => JsonObject | ClassSchema): { status: number; body: unknown } {
  try {
    return { status: 200, body: work() }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: 422, body: { allowed: null, ...errorBody(error.message) } }
  }
}
