import { resolve } from 'node:path'
import { archiveNamed } from '../../cli/catalog.ts'
import { type Catalog, ElysiaError, loadCatalog, type OptionsSchema } from '../../library.ts'

/** Which state of a collection to restore. */
export const asOfOptions = {
  type: 'object',
  name: 'asOf',
  description: 'Which state of a collection is restored.',
  properties: {
    asOf: {
      type: 'string',
      description:
        'the collection as it was then: the newest archive of it that was complete at this time (2026-06-01T12:00Z, 2d), or the one of this id',
      placeholder: 'TIME|ID',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The archive of the same collection from that time. @throws ElysiaError ELYSIA_NOT_FOUND */
export async function locationAsOf(
  catalog: Catalog,
  operand: string,
  when: string,
): Promise<{ readonly id: string; readonly location: string }> {
  const { archiveAsOf } = await loadCatalog()
  const named = catalog.at(resolve(operand)) ?? knownById(catalog, operand)
  if (named !== undefined) return archiveAsOf(catalog, named, when)
  throw new ElysiaError('ELYSIA_NOT_FOUND', `the catalog knows no archive ${operand}`, {
    hint: '--as-of looks for archives in the catalog; `elysiactl col catalog rebuild DIR` adds those in a directory',
  })
}

function knownById(catalog: Catalog, operand: string) {
  try {
    return archiveNamed(catalog, operand)
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  }
}
