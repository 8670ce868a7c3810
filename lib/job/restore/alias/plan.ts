import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { isReference } from '../../../core/schema.ts'
import type { State } from '../../../run/state.ts'
import type { Alias, Store } from '../../../store/store.ts'
import { declaredTransform } from '../../../transform/pipeline.ts'
import type { Transform } from '../../../transform/transform.ts'
import { DROP_STALE } from '../../../transform/vectors/stale.ts'
import { selectionOf } from '../../selection/selection.ts'
import { restoreKey } from '../key.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestoreSource } from '../source/source.ts'
import { vectorTransforms } from '../vectors/vectorOptions.ts'

/** An alias that will be switched to the restored class. */
export interface AliasPlan {
  readonly alias: string
  /** The class that it means now; undefined if the alias does not exist yet. */
  readonly before: string | undefined
  /** The class to restore into. */
  readonly class: string
}

/** The result for the alias of a restore. */
export interface AliasFacts {
  readonly name: string
  /** The class that it meant before; null if there was none. */
  readonly before: string | null
  /** False if objects are missing in the restored class, or nothing was written. */
  readonly switched: boolean
  /** True if the previous class was removed. */
  readonly dropped: boolean
}

/** What an alias plan depends on. */
export interface AliasPlanInput {
  readonly source: RestoreSource
  readonly store: Store
  readonly options: RestoreOptions
  readonly state?: State | undefined
  readonly transforms?: readonly Transform[] | undefined
}

/**
 * Plans what `--into-alias` asks for, before anything is written; undefined without it.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_CONFLICT if the alias is not possible, or the previous class cannot be
 * removed
 */
export async function planAlias(planning: AliasPlanInput): Promise<AliasPlan | undefined> {
  const { store, options } = planning
  if (options.intoAlias === undefined) {
    if (!options.dropOld) return undefined
    throw new ElysiaError('ELYSIA_USAGE', '--drop-old needs --into-alias', {
      hint: 'name the alias that is to mean the restored collection, or leave --drop-old out',
    })
  }
  requireAliases(store)
  const alias = classNameOf(options.intoAlias)
  const classes = await store.names()
  const aliases = await store.aliases()
  requireAliasName(alias, store, classes, aliases)
  const before = aliases.find((one) => one.alias === alias)?.collection
  const name =
    options.name === undefined
      ? ((await unfinishedOf(planning, alias, classes)) ?? nextVersion(alias, classes, aliases))
      : classNameOf(options.name)
  const plan = { alias, before, class: name }
  if (options.dropOld) await requireUnused(store, plan, classes, aliases)
  return plan
}

/** Refuses a store without aliases. @throws ElysiaError ELYSIA_CONFLICT */
export function requireAliases({ supports, target }: Store): void {
  if (supports.aliases) return
  throw new ElysiaError('ELYSIA_CONFLICT', `${target} has no aliases`, {
    hint: 'nothing was written; SPEC.md, "Versions of Weaviate", says what is needed. Without one, restore beside with --name NEW',
  })
}

/**
 * Checks that an alias can have this name: to a server, names that differ in case only are the same.
 * @throws ElysiaError ELYSIA_CONFLICT for the name of a collection, or of an alias in another case
 */
export function requireAliasName(
  alias: string,
  { target }: Store,
  classes: readonly string[],
  aliases: readonly Alias[],
): void {
  const folded = alias.toLowerCase()
  const taken = classes.find((name) => name.toLowerCase() === folded)
  if (taken !== undefined) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${taken} in ${target} is a collection, not an alias`, {
      hint: 'nothing was written; name an alias that readers can be given instead, as in --into-alias Live',
    })
  }
  const similar = aliases.find((one) => one.alias !== alias && one.alias.toLowerCase() === folded)
  if (similar === undefined) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the alias is called ${similar.alias} in ${target}, not ${alias}`,
    {
      hint: `nothing was written; give --into-alias ${similar.alias}`,
    },
  )
}

/** `Article_v3` after an `Article_v2`: a free name, numbered above all used ones. */
export function nextVersion(alias: string, classes: readonly string[], aliases: readonly Alias[]): string {
  const taken = [...classes, ...aliases.flatMap((one) => [one.alias, one.collection])]
  const highest = Math.max(0, ...taken.map((name) => versionIn(name, alias) ?? 0))
  return `${alias}_v${highest + 1}`
}

/** The number at the end of a class that was made for an alias. */
function versionIn(name: string, alias: string): number | undefined {
  const prefix = `${alias}_v`.toLowerCase()
  if (!name.toLowerCase().startsWith(prefix)) return undefined
  const digits = name.slice(prefix.length)
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined
}

/** The class that an interrupted run of the same command made. */
async function unfinishedOf(
  { source, store, options, state, transforms = [] }: AliasPlanInput,
  alias: string,
  classes: readonly string[],
): Promise<string | undefined> {
  if (state === undefined) return undefined
  const selection = (await selectionOf(options, source.schema))?.declared
  const declared = [...transforms, ...vectorTransforms(options, source)].map(declaredTransform)
  // Only the class that is made tells whether vectors must be dropped.
  const lists = options.vectors === 'drop' ? [declared, [...declared, { name: DROP_STALE }]] : [declared]
  return classes
    .filter((name) => versionIn(name, alias) !== undefined)
    .sort((a, b) => versionIn(b, alias)! - versionIn(a, alias)!)
    .find((name) =>
      lists.some((list) => {
        const key = restoreKey({ source, store, name, selection, options, transforms: list })
        return state.journal.unfinished(key) !== undefined
      }),
    )
}

/**
 * --drop-old must not remove a class that something else refers to.
 * @throws ElysiaError ELYSIA_CONFLICT, naming what does
 */
async function requireUnused(
  store: Store,
  { alias, before, class: own }: AliasPlan,
  classes: readonly string[],
  aliases: readonly Alias[],
): Promise<void> {
  if (before === undefined || before === own) return
  const uses = await usesOf(store, before, { alias, class: own, classes, aliases })
  if (uses.length === 0) return
  throw aliasInUse(before, uses, 'nothing was written; leave --drop-old out, and')
}

/** What refers to the class that an alias meant, besides that alias and the class that it is going to mean. */
export async function usesOf(
  store: Store,
  before: string,
  {
    alias,
    class: own,
    classes,
    aliases,
  }: {
    readonly alias: string
    readonly class: string
    readonly classes: readonly string[]
    readonly aliases: readonly Alias[]
  },
): Promise<string[]> {
  const others = aliases.filter((one) => one.collection === before && one.alias !== alias)
  const referring: string[] = []
  for (const name of classes) {
    if (name === before || name === own) continue
    const properties = (await store.schema(name))?.properties ?? []
    const leads = properties.some((one) => isReference(one) && one.dataType.includes(before))
    if (leads) referring.push(name)
  }
  return [
    ...others.map((one) => `the alias ${one.alias}`),
    ...referring.map((name) => `references of ${name}`),
  ]
}

/** `first` says what was done so far. */
export function aliasInUse(before: string, uses: readonly string[], first: string): ElysiaError {
  const fact = `${before} cannot be dropped: ${uses.join(', ')} lead to it`
  return new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: `${first} remove ${before} with \`elysiactl col rm\` when nothing needs it any more`,
  })
}
