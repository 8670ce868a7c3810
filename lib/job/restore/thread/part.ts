import type { Duplex, Readable } from 'node:stream'
import type { Manifest } from '../../../archive/manifest.ts'
import { packPage } from '../../../archive/object/packedPage.ts'
import { checkPart } from '../../../archive/part/check.ts'
import { digestingByObject, partReadOptions } from '../../../archive/part/partReadOptions.ts'
import { partPages } from '../../../archive/part/read.ts'
import { directoryStorage } from '../../../archive/storage/directory.ts'
import { serveThread } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { lineLength } from '../../../core/memory/objectSize.ts'
import type { StoredObject } from '../../../core/object.ts'
import { propertiesCheck } from '../../../store/validation/propertiesCheck.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { rebatch } from '../../../stream/rebatch.ts'
import type { PartWork } from './work.ts'

/** What crosses at once: as many objects as a store takes, and at most a mebibyte. */
const PAGE = { count: 500, bytes: 1024 * 1024, weigh: lineLength }

/** In a thread: checks the bytes of a part, then decodes it; yields its objects, packed. */
export function archivePart({ port, data }: ThreadTask<PartWork>): Promise<void> {
  return serveThread(port, async ({ signal }) => {
    const { directory, manifest, part, tenant, schema } = data
    const checks = schema && propertiesCheck(schema)
    const storage = directoryStorage(directory.path, directory.modes)
    await checkPart(storage, part, signal)
    const ranges: Manifest['ranges'] = []
    ranges[part.range] = tenant === undefined ? {} : { tenant }
    const reading = digestingByObject(await partReadOptions(storage, { ...manifest, ranges }, part))
    const pages: Readable = partPages({ ...reading, isChecked: true })
    const repaged: Duplex = rebatch<StoredObject>(PAGE)
    return [pages, repaged, mapChunks((page: readonly StoredObject[]) => packPage(page, { checks }))]
  })
}
