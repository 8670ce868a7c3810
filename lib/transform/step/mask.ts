import { createHmac } from 'node:crypto'
import { exactJson } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import { canonicalUuid } from '../../core/value/uuid.ts'
import { type Instant, readInstant, rfc3339 } from '../filter/instant.ts'
import { Refusal, type Transform } from '../transform.ts'
import { eachObject } from './eachObject.ts'
import { insideProperty, propertyPath } from './insideProperty.ts'
import { propertyOf, stageFault, withProperties } from './property.ts'
import { requireNoExpiry } from './propertyNames.ts'
import { ofType } from './type.ts'

/** Tells keys apart without revealing them. */
const OF_KEY = 'elysiactl mask key'

/** The minimum length of a key in bytes: a shorter key can be found by trying. */
const LEAST_KEY_BYTES = 16

const MASKABLE = /^(text|string|int|number|boolean|date|uuid)(\[\])?$/

/**
 * Replaces a value, or each value in a list, by its HMAC-SHA-256 in 64 hexadecimal digits: equal values stay equal in
 * every property and collection masked with the same key, and reveal nothing else. A number, a boolean, a date or a
 * UUID is masked as its text, however it was spelled, and the property becomes a text of one token.
 * @throws ElysiaError ELYSIA_USAGE for a key of less than 16 bytes
 */
export function maskProperty(property: string, key: string | Buffer): Transform {
  const name = `mask ${property}`
  if (Buffer.byteLength(key) < LEAST_KEY_BYTES)
    throw stageFault(
      name,
      `its key has less than ${LEAST_KEY_BYTES} bytes`,
      'make one with: openssl rand -hex 32',
    )
  const digest = (text: string) => createHmac('sha256', key).update(text).digest('hex')
  const { holder, name: own } = propertyPath(property)
  return insideProperty(name, holder, maskOwn(name, own, digest))
}

function maskOwn(name: string, property: string, digest: (text: string) => string): Transform {
  return {
    name,
    sha256: digest(OF_KEY),
    bind(before) {
      const declared = propertyOf(name, before, property)
      const [type = ''] = declared.dataType
      if (!MASKABLE.test(type))
        throw stageFault(
          name,
          `${property} is of type ${type}, which is not a single value`,
          'leave it out with --drop',
        )
      requireNoExpiry(name, before, property)
      const masked = { ...ofType(declared, type.endsWith('[]') ? 'text[]' : 'text'), tokenization: 'field' }
      const properties = (before.properties ?? []).map((one) => (one === declared ? masked : one))
      const spelled = SPELLINGS[type.replace('[]', '')] ?? exactJson
      return eachObject(name, {
        schema: withProperties(before, properties),
        touches: [property],
        change: ({ properties }) => {
          const value = properties[property]
          if (value === undefined || value === null) return 'kept'
          const all = Array.isArray(value) ? value : [value]
          if (all.some((one) => typeof one === 'object'))
            return new Refusal(`${property} holds something that is not a ${type}`)
          const digests = all.map((one) => digest(spelled(one)))
          properties[property] = Array.isArray(value) ? digests : digests[0]!
          return 'kept'
        },
      })
    },
  }
}

const scratch: Instant = { ms: 0, nanos: 0 }

/** One text for equal values. A value of another type is masked as it is spelled. */
const SPELLINGS: Readonly<Record<string, (value: Json) => string>> = {
  text: plain,
  string: plain,
  date: (value) =>
    typeof value === 'string' && readInstant(value, scratch) ? rfc3339(scratch) : plain(value),
  uuid: (value) => canonicalUuid(plain(value)),
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : exactJson(value)
}
