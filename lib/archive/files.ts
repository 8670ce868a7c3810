/** The name of the file that makes a directory an archive; written last. */
export const MANIFEST_FILE = 'manifest.json'

/** A copy of the manifest, written just before it, in case one of the two is damaged. */
export const MANIFEST_COPY_FILE = 'manifest.copy.json'

/** The plan and the finished parts of an incomplete backup, one JSON line each. */
export const JOURNAL_FILE = 'parts.jsonl'

/** The directory of index files. */
export const INDEX_DIRECTORY = 'index'
/** The extension of index files. */
export const INDEX_EXTENSION = '.index'

/** The raw class JSON, for a person and other tools; the manifest holds the same. */
export const SCHEMA_FILE = 'schema.json'
