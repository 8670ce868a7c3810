import { existsSync } from 'node:fs'
import {
  type ArchiveRecord,
  type Catalog,
  chooseTarget,
  classNameOf,
  layersFor,
  maskSecrets,
  type OptionSchema,
  parseTarget,
  pluralize,
  resolveOptions,
  targetOptions,
  type ValueKind,
} from '../../library.ts'
import { LATEST, useCatalog } from '../catalog.ts'
import type { Context } from '../command.ts'
import type { Operand } from '../operands.ts'
import type { TypedWords } from './typedWords.ts'

/** A possible word, and what it means, in a few words. */
export interface Candidate {
  readonly word: string
  readonly text?: string
}

type ValueSource = Pick<OptionSchema & Operand, 'kind' | 'choices'> & Pick<OptionSchema, 'enum'>
type Offer = (context: Context, line: TypedWords, typed: string) => Promise<Candidate[]> | Candidate[]

/** Nobody reads more, and a store may have a million tenants. */
const MOST = 200

/** Candidates of each kind; the shell itself offers files and directories. */
const OFFERS: Readonly<Record<ValueKind, Offer>> = {
  file: () => [],
  directory: () => [],
  collection: collectionNames,
  tenant: tenantNames,
  archive: archiveIds,
  tag: tagNames,
  target: targetNames,
}

/**
 * The possible values of an operand or option. A store or catalog that cannot be read is no error here, and none is
 * created.
 */
export async function valuesOf(
  context: Context,
  line: TypedWords,
  naming: ValueSource,
  typed: string,
): Promise<readonly Candidate[]> {
  if (naming.enum !== undefined) return naming.enum.map((word) => ({ word }))
  if (naming.choices !== undefined) return remaining(naming.choices, typed)
  if (naming.kind === undefined) return []
  try {
    return await OFFERS[naming.kind](context, line, typed)
  } catch {
    return []
  }
}

/** The candidates after a comma: the members of the list that were not typed yet. */
function remaining(choices: readonly string[], typed: string): Candidate[] {
  const start = typed.slice(0, typed.lastIndexOf(',') + 1)
  const chosen = start.split(',')
  return choices.filter((word) => !chosen.includes(word)).map((word) => ({ word: start + word }))
}

function takesTarget({ command }: TypedWords): boolean {
  return command.schemas.some(({ name }) => name === targetOptions.name)
}

async function collectionNames(context: Context, line: TypedWords): Promise<Candidate[]> {
  if (!takesTarget(line)) return ofArchives(context, ({ collection }) => [collection])
  const store = await storeOf(context, line)
  const found = (await store?.list()) ?? []
  return found.slice(0, MOST).map(({ name, objects }) => ({
    word: name,
    ...(objects !== undefined && { text: pluralize(objects, 'object') }),
  }))
}

async function tenantNames(context: Context, line: TypedWords): Promise<Candidate[]> {
  const name = line.values.get('collection') ?? line.operands[0]
  const store = await storeOf(context, line)
  if (typeof name !== 'string' || store === undefined) return []
  const tenants = await store.tenantStates(classNameOf(name))
  return tenants.slice(0, MOST).map(({ name: word, state }) => ({ word, text: state }))
}

/** The store on the command line; undefined if it does not exist yet. */
async function storeOf(context: Context, { values }: TypedWords) {
  const target = values.get('target')
  const address = typeof target === 'string' ? target : undefined
  if (isAbsent(context, address)) return undefined
  const other = address === undefined ? undefined : { address, flag: '--target' }
  return (await context.readTarget(other)).store
}

function isAbsent({ flags, settings }: Context, address: string | undefined): boolean {
  const configured = resolveOptions(targetOptions, layersFor(targetOptions, [flags, ...settings.layers]))
    .options.target
  const target = parseTarget(chooseTarget(address ?? configured, '', settings).address)
  return target.kind === 'sqlite' && !existsSync(target.path)
}

function onSilentCatalog<T>({ options }: Context, work: (catalog: Catalog) => T): Promise<T> {
  return useCatalog({ options, console: { note: () => {}, detail: () => {} } }, work)
}

function archiveIds(context: Context, _: TypedWords, typed: string): Promise<Candidate[]> {
  return onSilentCatalog(context, (catalog) => {
    const archives = catalog.list({})
    if (typed !== '' && LATEST.startsWith(typed.slice(0, LATEST.length))) return latest(archives)
    const named = archives.filter(({ id }) => id.startsWith(typed))
    return named.slice(0, MOST).map((archive) => ({ word: archive.id, text: archiveText(archive) }))
  })
}

function latest(archives: readonly ArchiveRecord[]): Candidate[] {
  const names = new Set(archives.map(({ collection }) => collection))
  return [...names].map((name) => ({ word: `${LATEST}${name}`, text: `the newest archive of ${name}` }))
}

function archiveText({ collection, status, objects, started }: ArchiveRecord): string {
  const parts = [collection, pluralize(objects, 'object'), `of ${started.slice(0, 16)}Z`]
  return [...parts, ...(status === 'complete' ? [] : [status])].join(', ')
}

function tagNames(context: Context): Promise<Candidate[]> {
  return ofArchives(context, ({ tags }) => tags)
}

/** Distinct values from the archives in the catalog. */
function ofArchives(
  context: Context,
  of: (archive: ArchiveRecord) => readonly string[],
): Promise<Candidate[]> {
  return onSilentCatalog(context, (catalog) => {
    const words = new Set(catalog.list({}).flatMap(of))
    return [...words].slice(0, MOST).map((word) => ({ word }))
  })
}

function targetNames({ settings }: Context): Candidate[] {
  return Object.entries(settings.targets).map(([word, { url }]) => ({ word, text: maskSecrets(url) }))
}
