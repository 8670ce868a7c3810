import { CLASS_NAME, className } from '../class/schema.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { object } from '../value/json.ts'
import { Answered, type Routes } from './rest.ts'

/** Second names of classes. */
export function aliasRoutes({ collections }: Inside): Routes {
  const all = () => [...collections.aliases].map(([alias, name]) => ({ alias, class: name }))
  return {
    'GET /v1/aliases': ({ query }) => {
      const only = query.get('class')
      return { status: 200, body: { aliases: all().filter((one) => only === null || one.class === only) } }
    },
    'GET /v1/aliases/{alias}': ({ parts: [alias] }) => {
      const found = all().find((one) => one.alias === alias)
      if (found === undefined) throw new Answered({ status: 404 })
      return { status: 200, body: found }
    },
    'POST /v1/aliases': ({ body }) => {
      const input = object(body)
      const [alias, target] = [className(String(input.alias)), className(String(input.class))]
      if (!CLASS_NAME.test(alias)) throw new Refusal(`validation: '${alias}' is not a valid alias name`)
      if (!collections.names().includes(target)) {
        throw new Refusal(`validation: target class "${target}" does not exist`)
      }
      checkFree(alias, [...collections.aliases.keys()], collections.names())
      collections.setAlias(alias, target)
      return { status: 200, body: { alias, class: target } }
    },
    'PUT /v1/aliases/{alias}': ({ parts: [name = ''], body }) => {
      const alias = className(name)
      if (!collections.aliases.has(alias)) throw new Answered({ status: 404 })
      const target = className(String(object(body).class ?? ''))
      if (!collections.names().includes(target)) {
        throw new Refusal(`validation: target class "${target}" does not exist`)
      }
      collections.setAlias(alias, target)
      return { status: 200, body: { alias, class: target } }
    },
    'DELETE /v1/aliases/{alias}': ({ parts: [alias = ''] }) => {
      if (!collections.aliases.has(alias)) throw new Answered({ status: 404 })
      collections.setAlias(alias, undefined)
      return { status: 204 }
    },
  }
}

function checkFree(alias: string, aliases: readonly string[], classes: readonly string[]): void {
  const words = 'updating schema: TYPE_CREATE_ALIAS: create alias: '
  if (aliases.some((other) => other.toLowerCase() === alias.toLowerCase())) {
    throw new Refusal(`validation: ${words}${alias}, alias already exists`)
  }
  if (classes.includes(alias)) throw new Refusal(`${words}class ${alias} already exists`, 500)
}
