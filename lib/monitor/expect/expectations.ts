import { type CheckedSection, checkedSection } from '../../config/section.ts'
import type { Section } from '../../config/sections.ts'
import { messageOf } from '../../core/errors.ts'
import { parseUnit } from '../../core/units.ts'
import { namePattern } from '../../file/namePattern.ts'
import { ExpectSchema, type ExpectSection } from './schema.ts'

/** The jobs that can be expected of a collection. */
export const EXPECTED = ['backup', 'verify', 'rehearse'] as const

/** A job that can be expected of a collection. */
export type ExpectedKind = (typeof EXPECTED)[number]

/** What is expected of the collections that a pattern matches. */
export interface Expectation {
  readonly pattern: string
  /** The rank of its file: the strongest comes first. */
  readonly rank?: number
  /** The collection, if the pattern is a plain name; otherwise undefined. */
  readonly literal?: string
  matches(collection: string): boolean
  /** How often each job is expected, in milliseconds; absent if it is not. */
  readonly everyMs: Readonly<Partial<Record<ExpectedKind, number>>>
  readonly graceMs: number
  /** The address of the store; absent if a success at any store counts. */
  readonly target?: string
}

/** Finds the address of a store by its name. */
export type AddressOf = (target: string) => string

/**
 * Reads the sections `expect` of the configuration; empty if there are none. The first file that covers a collection
 * decides, and later files add the collections that it does not cover: pass the user's files before those of a project,
 * which must not lower what the user expects.
 * @throws ElysiaError ELYSIA_USAGE with file, line and column of an invalid expectation
 */
export async function readExpectations(
  sections: readonly Section[],
  addressOf: AddressOf = (target) => target,
): Promise<Expectation[]> {
  const expectations: Expectation[] = []
  for (const [rank, section] of sections.filter(({ name }) => name === 'expect').entries()) {
    const checked = await checkedSection(section, ExpectSchema)
    for (const pattern of Object.keys(checked.value))
      expectations.push({ ...expectationOf(checked, pattern, addressOf), rank })
  }
  return expectations
}

function expectationOf(
  { value, fault }: CheckedSection<ExpectSection>,
  pattern: string,
  addressOf: AddressOf,
): Expectation {
  const section = value[pattern]!
  const duration = (key: 'every' | 'grace' | 'verify' | 'rehearse'): number | undefined => {
    const text = section[key]
    if (text === undefined) return undefined
    const ms = /^\s*\d+(\.\d+)?\s*$/.test(text) ? undefined : parseUnit(text, 'milliseconds')
    if (ms !== undefined && (ms > 0 || key === 'grace')) return ms
    throw fault([pattern, key], `${key} of ${pattern} is not a duration`, 'write it as 24h, 7d or 90m')
  }
  const [every, verify, rehearse] = [duration('every'), duration('verify'), duration('rehearse')]
  if (every === undefined && verify === undefined && rehearse === undefined) {
    throw fault([pattern], `expect.${pattern} expects nothing`, 'give every, verify or rehearse')
  }
  return {
    pattern,
    ...matcherOf(pattern, (why) => fault([pattern], why)),
    everyMs: {
      ...(every !== undefined && { backup: every }),
      ...(verify !== undefined && { verify }),
      ...(rehearse !== undefined && { rehearse }),
    },
    graceMs: duration('grace') ?? 0,
    ...(section.target !== undefined && { target: addressOf(section.target) }),
  }
}

function matcherOf(
  pattern: string,
  refused: (why: string) => Error,
): Pick<Expectation, 'literal' | 'matches'> {
  if (!/[*?[\]{}\\]/.test(pattern)) {
    // Servers capitalize the first letter of a class, whatever was asked for.
    const literal = pattern.slice(0, 1).toUpperCase() + pattern.slice(1)
    return { literal, matches: (collection) => collection === literal }
  }
  try {
    return { matches: namePattern(pattern, { option: 'expect' }) }
  } catch (error) {
    throw refused(messageOf(error))
  }
}

/**
 * The expectation for a collection. Within the first file that covers it, a plain name wins, then the pattern with the
 * most literal characters, then the first. Undefined if none covers it.
 */
export function expectationFor(
  expectations: readonly Expectation[],
  collection: string,
): Expectation | undefined {
  let best: Expectation | undefined
  for (const one of expectations) {
    if (one.matches(collection) && (best === undefined || isNearer(one, best))) best = one
  }
  return best
}

function isNearer(one: Expectation, other: Expectation): boolean {
  const [rank, before] = [one.rank ?? 0, other.rank ?? 0]
  return rank === before ? plainness(one) > plainness(other) : rank < before
}

function plainness({ pattern, literal }: Expectation): number {
  return literal !== undefined ? Number.POSITIVE_INFINITY : pattern.replace(/[*?[\]{},\\]/g, '').length
}
