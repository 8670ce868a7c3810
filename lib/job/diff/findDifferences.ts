import type { ObjectPair } from '../../archive/object/join.ts'
import { lineLength } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { FlatMapTransform } from '../../stream/flatMap.ts'
import { Pager } from '../../stream/pager.ts'
import type { Comparer } from './comparer.ts'
import type { ComparedPair } from './finding.ts'
import { withOwnVectors } from './fingerprint.ts'

/** Options of the stage that finds differences. */
export interface FindDifferencesOptions {
  readonly compare: Comparer
  /** True to pass on equal objects too. */
  readonly all?: boolean
  /** Called for each page, before its differences are passed on. */
  readonly onPage?: (counts: PageCounts) => void
}

/** The counts of a page of pairs. */
export interface PageCounts {
  readonly pairs: number
  readonly left: number
  readonly right: number
  readonly equal: number
}

const PAGE = { items: 500, length: 1024 * 1024 }

/**
 * Pages of pairs from `joinObjects` → pages of differences, in order, with the objects. A page holds 500 of them, or a
 * mebibyte of their lines. Memory: two pages.
 */
export function findDifferences(
  options: FindDifferencesOptions,
): Stage<readonly ObjectPair[], readonly ComparedPair[]> {
  return new Differing(options)
}

class Differing extends FlatMapTransform<readonly ObjectPair[], readonly ComparedPair[]> {
  readonly #options: FindDifferencesOptions
  readonly #pager = new Pager<ComparedPair>(PAGE)

  constructor(options: FindDifferencesOptions) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 1 })
    this.#options = options
  }

  protected override *expand(pairs: readonly ObjectPair[]): Generator<readonly ComparedPair[]> {
    let [left, right, equal] = [0, 0, 0]
    const { all = false, onPage } = this.#options
    const compared: ComparedPair[] = []
    for (const pair of pairs) {
      if (pair.left !== undefined) left += 1
      if (pair.right !== undefined) right += 1
      const result = this.#compared(pair)
      if (result === undefined) equal += 1
      if (result !== undefined) compared.push(result)
      else if (all) compared.push(equalPair(pair.left!))
    }
    onPage?.({ pairs: pairs.length, left, right, equal })
    for (const result of compared) if (this.#pager.add(result, weightOf(result))) yield* this.#pager.take()
  }

  protected override rest(): Iterator<readonly ComparedPair[]> {
    return this.#pager.take()
  }

  /** Undefined if both are equal. */
  #compared({ left, right }: ObjectPair): ComparedPair | undefined {
    if (left === undefined)
      return { of: 'object', sign: '-', ...nameOf(right!), right: withOwnVectors(right!) }
    if (right === undefined) return { of: 'object', sign: '+', ...nameOf(left), left: withOwnVectors(left) }
    const difference = this.#options.compare(left, right)
    if (difference === undefined) return undefined
    const both = { left: withOwnVectors(left), right: withOwnVectors(right) }
    return { of: 'object', sign: '*', ...nameOf(left), difference, ...both }
  }
}

/** A pair of equal objects, without these: nobody needs them, and there may be many. */
function equalPair(object: StoredObject): ComparedPair {
  return { of: 'object', sign: '=', ...nameOf(object) }
}

function nameOf({ id, tenant }: StoredObject): { readonly id: string; readonly tenant?: string } {
  return { id, ...(tenant !== undefined && { tenant }) }
}

/** The approximate number of characters in its objects. */
function weightOf({ left, right }: ComparedPair): number {
  return 100 + (left === undefined ? 0 : lineLength(left)) + (right === undefined ? 0 : lineLength(right))
}
