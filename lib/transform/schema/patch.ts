import type { JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { SchemaRule } from './rules/rule.ts'
import { RULES } from './rules/rules.ts'
import type { SchemaDraft, SchemaRequests, SchemaTarget } from './schemaDraft.ts'

/** One change that makes a target accept a class. `from` or `to` is absent if there was or is nothing. */
export interface SchemaPatch {
  /** The name of its rule. @see RULES */
  readonly rule: string
  /** The path in the class: `properties.title.moduleConfig`. */
  readonly path: string
  readonly from?: unknown
  readonly to?: unknown
  readonly reason: string
}

/** A class that the target accepts, and the changes that this took. */
export interface PatchedSchema {
  readonly schema: CollectionSchema
  readonly patches: readonly SchemaPatch[]
}

/**
 * Changes the class of one store into one that another store accepts. Rules that only servers need are
 * skipped for embedded stores. Does not modify the given class.
 */
export function patchSchema(
  original: CollectionSchema,
  target: SchemaTarget,
  wishes: SchemaRequests = {},
): PatchedSchema {
  const due = RULES.filter(({ refusal }) => refusal === undefined)
  return applied(due, original, target, wishes)
}

/**
 * Changes a class that a target has refused, if the refusal names an unsupported setting; undefined if no rule
 * matches, or the class has no such setting. Does not modify the given class.
 */
export function patchRefused(
  refused: CollectionSchema,
  target: SchemaTarget,
  words: string,
): PatchedSchema | undefined {
  const due = RULES.filter(({ refusal }) => refusal?.test(words) === true)
  const patched = applied(due, refused, target, {}, words)
  return patched.patches.length === 0 ? undefined : patched
}

/** The changes made only because the target does not support a setting of the class. */
export function lossesIn(patches: readonly SchemaPatch[]): readonly SchemaPatch[] {
  const losing = new Set(RULES.filter(({ cause }) => cause === 'target').map(({ name }) => name))
  return patches.filter(({ rule }) => losing.has(rule))
}

function applied(
  rules: readonly SchemaRule[],
  original: CollectionSchema,
  target: SchemaTarget,
  wishes: SchemaRequests,
  words = '',
): PatchedSchema {
  const schema = structuredClone(original) as unknown as JsonObject
  const patches: SchemaPatch[] = []
  for (const { name, of, apply } of rules) {
    if (of === 'server' && target.kind !== 'weaviate') continue
    const set: SchemaDraft['set'] = (path, to, reason) => {
      const patch = change(schema, path, to)
      if (patch !== undefined) patches.push({ rule: name, ...patch, reason })
    }
    apply({ schema, nameBefore: original.class, target, wishes, words, set })
  }
  return { schema: schema as unknown as CollectionSchema, patches }
}

/** Finds properties by name, since their order has no meaning. */
function change(schema: JsonObject, path: readonly string[], to: unknown) {
  const parent = path.slice(0, -1).reduce<unknown>(childOf, schema) as JsonObject | undefined
  const key = path.at(-1)!
  const from = childOf(parent, key)
  if (parent === undefined || JSON.stringify(from) === JSON.stringify(to)) return undefined
  if (Array.isArray(parent)) parent.splice(parent.indexOf(from), 1)
  else if (to === undefined) delete parent[key]
  else parent[key] = structuredClone(to) as JsonObject
  return {
    path: path.join('.'),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}

function childOf(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return parent.find((one) => (one as { name?: unknown }).name === key)
  return (parent as JsonObject | undefined)?.[key]
}
