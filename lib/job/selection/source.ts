import { filteredObjects } from '../../archive/object/filterPages.ts'
import type { ObjectSource } from '../../archive/object/source.ts'
import type { SelectionOptions } from './options.ts'
import { selectionOf } from './selection.ts'

/** The selected objects of a source. @throws ElysiaError ELYSIA_USAGE as `selectionOf` */
export async function selectedSource(source: ObjectSource, options: SelectionOptions): Promise<ObjectSource> {
  const { filter, objects } = options
  const selection = await selectionOf(
    { ...(filter !== undefined && { filter }), ...(objects !== undefined && { objects }) },
    source.schema,
  )
  return selection === undefined ? source : filteredObjects(source, selection.selects)
}
