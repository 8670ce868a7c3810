import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { recordOf } from '../../core/value/record.ts'

/**
 * The words that servers ignore in every text, unless a class configures others.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/adapters/repos/db/inverted/stopwords/presets.go
 */
const STOP_WORDS =
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'

/** How each tokenization cuts a text. A server knows more tokenizations. */
const CUTS: Readonly<Record<string, (text: string) => string[]>> = {
  word: (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [],
  lowercase: (text) => text.toLowerCase().match(/\S+/g) ?? [],
  whitespace: (text) => text.match(/\S+/g) ?? [],
  field: (text) => (text.trim() === '' ? [] : [text.trim()]),
}

/**
 * The terms that a server looks up in its index for a text: none if it would refuse, because all are stop words, or
 * if its tokenization is not known here. Older servers ignore stop words in every property.
 */
export function indexedTerms(text: string, property: PropertySchema, schema: CollectionSchema): string[] {
  const cut = CUTS[String(property.tokenization ?? 'word')]
  const config = recordOf(schema.invertedIndexConfig)
  const isOwn =
    property.textAnalyzer !== undefined || Object.keys(recordOf(config.stopwordPresets)).length > 0
  if (cut === undefined || isOwn) return []
  const { preset = 'en', additions } = recordOf(config.stopwords)
  if (preset !== 'en' && preset !== 'none') return []
  const added = Array.isArray(additions) ? additions.map((word) => String(word).toLowerCase()) : []
  const stops = new Set([...STOP_WORDS.split(' '), ...added])
  return cut(text).filter((term) => !stops.has(term.toLowerCase()))
}
