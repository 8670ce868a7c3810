import { ElysiaError } from '../../core/errors.ts'
import type { Alias } from '../store.ts'
import { isClassName, TAKEN } from './classRules.ts'

/**
 * Refuses an alias as a Weaviate server does: no other alias, in any case, and no collection may have its name.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_CONFLICT
 */
export function requireFreeAlias(
  alias: string,
  aliases: readonly Alias[],
  collections: readonly string[],
): void {
  if (!isClassName(alias)) {
    throw new ElysiaError('ELYSIA_USAGE', `'${alias}' is not a valid alias name`, {
      hint: 'An alias is a capital letter followed by letters, digits and underscores.',
    })
  }
  if (aliasLike(alias, aliases) !== undefined) throw nameTaken(`alias ${alias} already exists`)
  if (collections.includes(alias)) throw nameTaken(`alias ${alias}: a collection of that name already exists`)
}

/** Refuses the name of a new collection if an alias has it. @throws ElysiaError ELYSIA_CONFLICT */
export function requireNoAlias(collection: string, aliases: readonly Alias[]): void {
  const there = aliasLike(collection, aliases)
  if (there !== undefined) throw nameTaken(`class already exists: found similar alias "${there.alias}"`)
}

function aliasLike(name: string, aliases: readonly Alias[]): Alias | undefined {
  const folded = name.toLowerCase()
  return aliases.find(({ alias }) => alias.toLowerCase() === folded)
}

function nameTaken(message: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', message, { hint: TAKEN })
}
