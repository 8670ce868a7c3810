import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { recordOf } from '../../core/value/record.ts'

/**
 * The words that servers look for in no text, unless a class says otherwise.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/adapters/repos/db/inverted/stopwords/presets.go
 */
const STOP_WORDS =
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'

/** What a text is cut into, by the tokenization of its property. A server knows more of them. */
const CUTS: Readonly<Record<string, (text: string) => string[]>> = {
  word: (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [],
  lowercase: (text) => text.toLowerCase().match(/\S+/g) ?? [],
  whitespace: (text) => text.match(/\S+/g) ?? [],
  field: (text) => (text.trim() === '' ? [] : [text.trim()]),
}

/**
 * The terms of a text that a server looks for in its index: none where it would refuse to look for it, because all are
 * stop words, or where it is not known what it makes of the text. Older servers take stop words out of every property.
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
