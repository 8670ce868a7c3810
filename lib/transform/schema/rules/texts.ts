import { recordOf } from '../../../core/value/record.ts'
import type { SchemaDraft } from '../schemaDraft.ts'
import { allPropertiesOf, type PlacedProperty, propertiesOf } from './properties.ts'
import type { SchemaRule } from './rule.ts'
import { unknownTo } from './unknown.ts'

/** How texts are cut into words and indexed. */
export const TEXTS: readonly SchemaRule[] = [
  {
    name: 'string-type',
    meaning: '`string` becomes `text`, cut at white space unless it was a `field`',
    of: 'server',
    cause: 'wording',
    apply: stringType,
  },
  {
    name: 'tokenizer-unknown',
    meaning:
      'a tokenizer that came after the version of the target (`kagome_ja` 1.28, `gse_ch` 1.30) becomes `trigram`; of a nested property, which takes none, `word`',
    of: 'server',
    cause: 'target',
    apply: tokenizerUnknown,
  },
  {
    name: 'tokenizer-off',
    meaning:
      'the same for `gse` and `kagome_*` where the target refuses them, since they are not enabled there',
    of: 'server',
    cause: 'target',
    refusal: /tokenizer is not enabled/,
    apply: tokenizerOff,
  },
  {
    name: 'tokenizer-dictionary',
    meaning: '`tokenizerUserDict` is left out before 1.35, and where no property has its tokenizer any more',
    of: 'server',
    cause: 'target',
    apply: tokenizerDictionary,
  },
  {
    name: 'text-analyzer',
    meaning: '`textAnalyzer` and `stopwordPresets` are left out before 1.37',
    of: 'server',
    cause: 'target',
    apply: textAnalyzer,
  },
  {
    name: 'block-max-wand',
    meaning: '`usingBlockMaxWAND` is left out before 1.30: the same words are found, in another way',
    of: 'server',
    cause: 'wording',
    apply: blockMaxWand,
  },
]

/** The minor release that added a tokenizer missing from 1.27. */
const TOKENIZERS: Readonly<Record<string, number>> = { kagome_ja: 28, gse_ch: 30 }

/** The types to which a server itself converts these. */
function stringType({ schema, set }: SchemaDraft): void {
  for (const { property, path } of propertiesOf(schema)) {
    const [type] = property.dataType
    if (type !== 'string' && type !== 'string[]') continue
    const reason = 'the type string no longer exists: a text that is cut at spaces is the same'
    set([...path, 'dataType'], [type === 'string' ? 'text' : 'text[]'], reason)
    set([...path, 'tokenization'], property.tokenization === 'field' ? 'field' : 'whitespace', reason)
  }
}

function tokenizerUnknown(patching: SchemaDraft): void {
  const { schema, target } = patching
  for (const one of allPropertiesOf(schema)) {
    const name = String(one.property.tokenization)
    if (!unknownTo(target, TOKENIZERS[name] ?? 0)) continue
    retokenize(patching, one, `Weaviate ${target.version} does not know ${name}`)
  }
}

/** A server's names for tokenizers that have to be enabled. */
const OPTIONAL: Readonly<Record<string, string>> = {
  gse: 'the GSE tokenizer',
  gse_ch: 'the Chinese tokenizer',
  kagome_ja: 'the Japanese tokenizer',
  kagome_kr: 'the Korean tokenizer',
}

function tokenizerOff(patching: SchemaDraft): void {
  for (const one of allPropertiesOf(patching.schema)) {
    const name = String(one.property.tokenization)
    const called = OPTIONAL[name]
    if (called === undefined || !patching.words.includes(called)) continue
    retokenize(patching, one, `the target has not enabled ${name}`)
  }
}

/** Trigrams find parts of words in languages without spaces between words. */
function retokenize({ set }: SchemaDraft, { path }: PlacedProperty, reason: string): void {
  set([...path, 'tokenization'], path.length > 2 ? 'word' : 'trigram', reason)
}

function tokenizerDictionary({ schema, target, set }: SchemaDraft): void {
  const { tokenizerUserDict: dictionaries } = recordOf(schema.invertedIndexConfig)
  if (!Array.isArray(dictionaries)) return
  const path = ['invertedIndexConfig', 'tokenizerUserDict']
  if (unknownTo(target, 35)) {
    set(path, undefined, `Weaviate ${target.version} does not know it`)
    return
  }
  const used = new Set(allPropertiesOf(schema).map(({ property }) => property.tokenization))
  const left = dictionaries.filter((one) => used.has(recordOf(one).tokenizer))
  if (left.length === dictionaries.length) return
  set(path, left.length === 0 ? undefined : left, 'no property has that tokenizer')
}

function textAnalyzer({ schema, target, set }: SchemaDraft): void {
  if (!unknownTo(target, 37)) return
  const reason = `Weaviate ${target.version} does not know it`
  for (const { property, path } of allPropertiesOf(schema)) {
    if (property.textAnalyzer !== undefined) set([...path, 'textAnalyzer'], undefined, reason)
  }
  if (recordOf(schema.invertedIndexConfig).stopwordPresets === undefined) return
  set(['invertedIndexConfig', 'stopwordPresets'], undefined, reason)
}

function blockMaxWand({ schema, target, set }: SchemaDraft): void {
  const { usingBlockMaxWAND: used } = recordOf(schema.invertedIndexConfig)
  if (used !== true || !unknownTo(target, 30)) return
  set(
    ['invertedIndexConfig', 'usingBlockMaxWAND'],
    undefined,
    `Weaviate ${target.version} does not know it, and finds the same`,
  )
}
