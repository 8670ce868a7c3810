import { INDEXES } from './indexes.ts'
import { MODULES } from './modules.ts'
import { NAMING } from './naming.ts'
import { PLACEMENT } from './placement.ts'
import type { SchemaRule } from './rule.ts'
import { SETTINGS } from './settings.ts'
import { TEXTS } from './texts.ts'

/**
 * All rules, in the order in which they apply: settings of one server's class that may fail on another.
 * @see SPEC.md, "Restore"
 */
export const RULES: readonly SchemaRule[] = [
  ...NAMING,
  ...PLACEMENT,
  ...MODULES,
  ...INDEXES,
  ...SETTINGS,
  ...TEXTS,
]
