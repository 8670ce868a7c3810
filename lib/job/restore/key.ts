import { type ArchiveSelection, selectionText } from '../../archive/selection.ts'
import type { RunKey } from '../../run/record.ts'
import type { Store } from '../../store/store.ts'
import type { DeclaredTransform } from '../../transform/pipeline.ts'
import type { RestoreOptions } from './options.ts'
import type { RestoreSource } from './source/source.ts'

/** The facts that make two restores of one source the same run. */
export interface RestoreKeyFacts {
  readonly source: Pick<RestoreSource, 'identity' | 'chosen' | 'kind' | 'name'>
  readonly store: Pick<Store, 'target'>
  /** The class to restore into. */
  readonly name: string
  readonly selection: ArchiveSelection | undefined
  readonly transforms?: readonly DeclaredTransform[]
  readonly options: Pick<
    RestoreOptions,
    'tenant' | 'onConflict' | 'onNewProperty' | 'prefer' | 'vectors' | 'intoAlias'
  >
  /** The digest of the applied plan. */
  readonly plan?: string | undefined
}

/**
 * The key of a run: restores of the same archive, or the same tenants of it, into the same class of the same target are
 * one run; so are all pipes whose content nobody can identify.
 */
export function restoreKey({
  source,
  store,
  name,
  selection,
  transforms = [],
  options,
  plan,
}: RestoreKeyFacts): RunKey {
  const { tenant, onConflict, onNewProperty, prefer, vectors, intoAlias } = options
  const of = selection === undefined ? '' : ` ${selectionText(selection)}`
  const inputs = [`${sourceText(source)}${of}`]
  if (source.chosen !== undefined) inputs.push(`list ${source.chosen}`)
  if (onConflict !== 'fail') inputs.push(`--on-conflict ${onConflict}`)
  if (onConflict === 'merge') inputs.push(`--prefer ${prefer}, --vectors ${vectors ?? prefer}`)
  if (onNewProperty !== 'freeze') inputs.push(`--on-new-property ${onNewProperty}`)
  if (intoAlias !== undefined) inputs.push(`--into-alias ${intoAlias}`)
  for (const { name, sha256 } of transforms) inputs.push(sha256 === undefined ? name : `${name} ${sha256}`)
  if (plan !== undefined) inputs.push(`plan ${plan}`)
  return { target: store.target, class: name, inputs, ...(tenant !== undefined && { tenant }) }
}

function sourceText({ identity, kind, name }: RestoreKeyFacts['source']): string {
  if (kind === 'collection') return `${name} ${identity}`
  return identity === undefined ? 'a pipe' : `archive ${identity}`
}
