import { createHash } from 'node:crypto'
import type { Part } from '../../../archive/manifest.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { exactJson } from '../../../core/exactJson.ts'
import type { Json, StoredObject } from '../../../core/object.ts'
import { type CollectionSchema, propertiesIn } from '../../../core/schema.ts'

/** Readers take this for null; a text with the same characters must be written differently. */
const NULL = '__HIVE_DEFAULT_PARTITION__'

/** How many characters of a value a directory name contains. */
const MOST_CHARACTERS = 120
const CUT_CHARACTERS = 80

/**
 * The directory of a tenant's parts, `tenant=NAME`: readers turn it into a column, so no property may have that name.
 */
export function tenantDirectory(tenant: string, schema: CollectionSchema): string {
  return `${freeName('tenant', schema)}=${valueText(tenant)}`
}

/**
 * The directories of a backup `--partition-by` a property: `partition_KIND=VALUE`. The property itself stays a column,
 * with its type and full values; the column that readers derive from the directory name has neither, so it gets a name
 * of its own.
 */
export class Partitions {
  readonly property: string
  readonly #key: string
  readonly #most: number
  readonly #directories = new Set<string>()

  /** `there`: parts from an interrupted backup, whose directories count too. */
  constructor(property: string, schema: CollectionSchema, most: number, there: readonly Part[] = []) {
    this.property = property
    this.#key = freeName(`partition_${property}`, schema)
    this.#most = most
    for (const { file } of there) {
      const directory = file.split('/').at(-2)
      if (directory?.startsWith(`${this.#key}=`) === true) this.#directories.add(directory)
    }
  }

  /** The directory of an object. @throws ElysiaError ELYSIA_CONFLICT if there are more of them than allowed */
  directoryOf({ properties }: StoredObject): string {
    const directory = `${this.#key}=${valueText(textOf(properties[this.property]))}`
    this.#directories.add(directory)
    if (this.#directories.size <= this.#most) return directory
    throw new ElysiaError('ELYSIA_CONFLICT', `${this.property} has more than ${this.#most} values`, {
      hint: '--max-partitions N makes so many directories, with at least a file each; --resume goes on with it',
    })
  }
}

/** A free column name: adds underscores in front until no property has it, ignoring case. */
function freeName(name: string, schema: CollectionSchema): string {
  const taken = new Set(propertiesIn(schema).map((property) => property.name.toLowerCase()))
  let free = name
  while (taken.has(free.toLowerCase())) free = `_${free}`
  return free
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : exactJson(value)
}

/** A value as Hive writes it. A long one is cut, and ends with its hash. */
function valueText(value: string | undefined): string {
  if (value === undefined) return NULL
  if (value === NULL) return value.replaceAll('_', '%5F')
  const encoded = encodeURIComponent(value.toWellFormed())
  if (encoded.length <= MOST_CHARACTERS) return encoded
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 16)
  return `${encoded.slice(0, CUT_CHARACTERS).replace(/%[0-9A-F]?$/, '')}~${hash}`
}
