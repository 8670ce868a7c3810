import type { Dialogue } from './dialogue.ts'
import { ALIASES, MOVED_ALIASES } from './dialogues/aliases.ts'
import { AUTO_SCHEMA } from './dialogues/auto.ts'
import { FILTERS } from './dialogues/filters.ts'
import { IDS, ONE_BY_ONE } from './dialogues/objects.ts'
import { DELETE, PAGES } from './dialogues/reading.ts'
import { REFERENCES } from './dialogues/references.ts'
import { SCHEMA, SERVER } from './dialogues/schema.ts'
import { TENANTS } from './dialogues/tenants.ts'
import { TEXTS } from './dialogues/texts.ts'
import { TYPES } from './dialogues/types.ts'
import { VECTORS } from './dialogues/vectors.ts'

/** What is asked of the double and of a real server alike. */
export const DIALOGUES: readonly Dialogue[] = [
  SERVER,
  SCHEMA,
  TYPES,
  TEXTS,
  IDS,
  PAGES,
  FILTERS,
  DELETE,
  TENANTS,
  VECTORS,
  AUTO_SCHEMA,
  ONE_BY_ONE,
  REFERENCES,
  ALIASES,
  MOVED_ALIASES,
]
