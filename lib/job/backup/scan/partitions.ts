import { createHash } from 'node:crypto'
import type { Part } from '../../../archive/manifest.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { exactJson } from '../../../core/exactJson.ts'
import type { Json, StoredObject } from '../../../core/object.ts'
import { type CollectionSchema, propertiesIn } from '../../../core/schema.ts'

/** What readers take for null; a text that is the same has to look otherwise. */
const NULL = '__HIVE_DEFAULT_PARTITION__'

/** Characters of a value that stand in the name of a directory. */
const MOST_CHARACTERS = 120
const CUT_CHARACTERS = 80

/** The directory of a tenant's parts, `tenant=NAME`: readers make a column of it, which no property may be called. */
export function tenantDirectory(tenant: string, schema: CollectionSchema): string {
  return `${freeName('tenant', schema)}=${valueText(tenant)}`
}

/**
 * The directories of a backup `--partition-by` a property: `partition_KIND=VALUE`. The property itself stays a column,
 * with its type and whole values: what readers make of the directory's name, which knows neither, has a name of its own.
 */
export class Partitions {
  readonly property: string
  readonly #key: string
  readonly #most: number
  readonly #directories = new Set<string>()

  /** `there`: parts that an interrupted backup has made, whose directories count as well. */
  constructor(property: string, schema: CollectionSchema, most: number, there: readonly Part[] = []) {
    this.property = property
    this.#key = freeName(`partition_${property}`, schema)
    this.#most = most
    for (const { file } of there) {
      const directory = file.split('/').at(-2)
      if (directory?.startsWith(`${this.#key}=`) === true) this.#directories.add(directory)
    }
  }

  /**
   * The directory of an object. @throws ElysiaError ELYSIA_CONFLICT where there are more of them than were asked for
   */
  directoryOf({ properties }: StoredObject): string {
    const directory = `${this.#key}=${valueText(textOf(properties[this.property]))}`
    this.#directories.add(directory)
    if (this.#directories.size <= this.#most) return directory
    throw new ElysiaError('ELYSIA_CONFLICT', `${this.property} has more than ${this.#most} values`, {
      hint: '--max-partitions N makes so many directories, with at least a file each; --resume goes on with it',
    })
  }
}

/** As a column of ours: underscores in front until no property is called so, upper and lower case being the same. */
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

/** A value as Hive writes one. A long one is cut, and ends in its hash. */
function valueText(value: string | undefined): string {
  if (value === undefined) return NULL
  if (value === NULL) return value.replaceAll('_', '%5F')
  const encoded = encodeURIComponent(value.toWellFormed())
  if (encoded.length <= MOST_CHARACTERS) return encoded
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 16)
  return `${encoded.slice(0, CUT_CHARACTERS).replace(/%[0-9A-F]?$/, '')}~${hash}`
}
