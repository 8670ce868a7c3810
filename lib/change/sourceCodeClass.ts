import type { JsonObject } from '../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../store/store.ts'

interface ClassOptions {
  /** The vectorizer module of the class, such as `text2vec-openai`. `none`: vectors come with the records. */
  readonly vectorizer?: string
  /** Each object belongs to a tenant; tenants are created explicitly. */
  readonly multiTenancy?: boolean
}

/** A property that is found by its exact value: the whole text is one token. */
function exact(name: string, description: string, dataType = 'text'): PropertySchema {
  return { name, dataType: [dataType], description, tokenization: 'field', indexSearchable: false }
}

/** A property that is stored, but not used for searching or filtering. */
function unindexedProperty(name: string, description: string): PropertySchema {
  return { ...exact(name, description), indexFilterable: false }
}

const PROPERTIES: readonly PropertySchema[] = [
  exact('repository', 'The repository the file belongs to'),
  exact('file_path', 'The path of the file in its repository'),
  exact('file_name', 'The last part of the path'),
  exact('extension', 'The part of the name after its last dot, in lower case; none where there is none'),
  exact('language', 'The language, by name and extension; Unknown where they do not tell'),
  { name: 'content', dataType: ['text'], description: 'The text of the file', tokenization: 'word' },
  exact('content_hash', 'SHA-256 of the content, hexadecimal'),
  { name: 'size_bytes', dataType: ['int'], description: 'Bytes of the content in UTF-8' },
  { name: 'line_count', dataType: ['int'], description: 'Newlines of the content and one' },
  { name: 'last_modified', dataType: ['date'], description: 'When the file changed, as its producer said' },
  unindexedProperty('metadata', 'The metadata of the record as canonical JSON'),
  exact('metadata_pairs', 'key=value for each scalar of the metadata', 'text[]'),
  unindexedProperty('record_hash', 'What the object was made of; equal hashes mean equal objects'),
]

const VECTORIZED = 'content'

/** A module vectorizes the content alone, without the names of class and property. */
function vectorizing(property: PropertySchema, vectorizer: string): PropertySchema {
  const settings = { skip: property.name !== VECTORIZED, vectorizePropertyName: false }
  return property.dataType[0]?.startsWith('text')
    ? { ...property, moduleConfig: { [vectorizer]: settings } }
    : property
}

/**
 * The class of a collection of files, as raw Weaviate JSON: the layout that `fileObject` fills.
 * @see docs/format.md, "The object"
 */
export function sourceCodeClass(className: string, options: ClassOptions = {}): CollectionSchema {
  const { vectorizer = 'none', multiTenancy = false } = options
  const moduleConfig: JsonObject = { [vectorizer]: { vectorizeClassName: false } }
  const vectorized = vectorizer !== 'none'
  return {
    class: className,
    description: 'Files of repositories, kept by elysiactl',
    vectorizer,
    ...(vectorized ? { moduleConfig } : {}),
    ...(multiTenancy ? { multiTenancyConfig: { enabled: true } } : {}),
    properties: vectorized ? PROPERTIES.map((property) => vectorizing(property, vectorizer)) : PROPERTIES,
  }
}
