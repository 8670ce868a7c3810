import type { Context } from '../../../cli/command.ts'
import { classNameOf, ElysiaError, type Settings } from '../../../library.ts'

/** A collection of a store in an operand. */
export interface CollectionPlace {
  /** Its name; undefined if only the store is named. */
  readonly name: string | undefined
  /** A target in the form of `--target`; undefined for that of `--target`. */
  readonly target: string | undefined
}

/** The forms of such operands, for help. */
export const COLLECTION_PLACE = 'NAME|TARGET#NAME|CLUSTER/NAME'

/**
 * Reads an operand: `NAME` (a collection of --target), `TARGET#NAME`, `CLUSTER/NAME` or only `CLUSTER` for a target
 * that the configuration names, `TARGET#` for a store.
 * @throws ElysiaError ELYSIA_USAGE for a target without `#`
 */
function collectionPlace(operand: string, { targets }: Pick<Settings, 'targets'>): CollectionPlace {
  const at = operand.lastIndexOf('#')
  if (at >= 0) return { target: named(operand.slice(0, at)), name: named(operand.slice(at + 1)) }
  const slash = operand.indexOf('/')
  const cluster = slash < 0 ? operand : operand.slice(0, slash)
  if (Object.hasOwn(targets, cluster))
    return { target: cluster, name: slash < 0 ? undefined : named(operand.slice(slash + 1)) }
  if (!/[/:]/.test(operand)) return { target: undefined, name: operand }
  throw new ElysiaError('ELYSIA_USAGE', `${operand} is not a collection`, {
    hint: `a collection is ${COLLECTION_PLACE}, such as http://localhost:8080#Article, or CLUSTER/Article where the configuration names that cluster`,
  })
}

function named(text: string): string | undefined {
  return text === '' ? undefined : text
}

/** The source and the target of a copy. */
export interface CopyPlaces {
  readonly source: { readonly name: string; readonly target: string | undefined }
  readonly target: { readonly name: string; readonly target: string | undefined }
}

/** Both operands of a copy; without its own name the copy has that of its source. @throws ElysiaError ELYSIA_USAGE */
export function copyPlaces({ operands, settings }: Pick<Context, 'operands' | 'settings'>): CopyPlaces {
  const [from = '', to = ''] = operands
  const source = collectionPlace(from, settings)
  const target = collectionPlace(to, settings)
  const { name } = source
  if (name === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `${from} names no collection`, {
      hint: `name one, such as ${from.replace(/[#/]$/, '')}${from.includes(':') ? '#' : '/'}Article`,
    })
  }
  return { source: { ...source, name }, target: { ...target, name: target.name ?? classNameOf(name) } }
}

/** Both operands if they are stores: a target, or its name; a `#` at the end does no harm. */
export function copyStores({ operands, settings }: Pick<Context, 'operands' | 'settings'>) {
  const [source, target] = operands.map((operand) => storeOf(operand, settings))
  return { source, target }
}

/** @throws ElysiaError ELYSIA_USAGE if a collection is named as well */
function storeOf(operand: string, { targets }: Pick<Settings, 'targets'>): string | undefined {
  const bare = operand.replace(/[#/]$/, '')
  if (Object.hasOwn(targets, bare) || (bare.includes(':') && !bare.includes('#'))) return bare
  if (bare === '') return undefined
  throw new ElysiaError('ELYSIA_USAGE', `${operand} is not a store`, {
    hint: 'with --all, --include or --exclude both operands are stores: a target, or the name of one in the configuration; # is that of --target',
  })
}
