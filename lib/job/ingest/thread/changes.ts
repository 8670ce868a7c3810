import { packPage } from '../../../archive/object/packedPage.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { serveThread } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { itemMaker } from '../../../change/operations.ts'
import { validateLine } from '../../../change/validate.ts'
import type { StoredObject } from '../../../core/object.ts'
import { Reject } from '../../../core/reject.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { parseLine } from '../../../stream/parseJson.ts'
import { operationsOptions } from '../stages.ts'
import { ASKS, type ChangeWork, type PackedItems, type PackedTexts } from './work.ts'

/**
 * In a thread: lines → the items that they ask for. The main thread itself makes items that are neither objects nor
 * rejects.
 */
export function changeItems({ port, data }: ThreadTask<ChangeWork>): Promise<void> {
  const itemOf = itemMaker(operationsOptions(data))
  const made = (text: string) => itemOf(validateLine(parseLine({ line: 0, end: 0, text }), data))
  return serveThread(port, () => [mapChunks((lines: PackedTexts) => itemsOf(lines, made))])
}

function itemsOf(
  { texts, ends }: PackedTexts,
  made: (text: string) => ReturnType<ReturnType<typeof itemMaker>>,
) {
  const bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  const asks = new Uint8Array(ends.length)
  const objects: StoredObject[] = []
  const rejects: { code: Reject['code']; reason: string }[] = []
  for (const [at, end] of ends.entries()) {
    const item = made(bytes.toString('utf8', at === 0 ? 0 : ends[at - 1]!, end))
    if (item instanceof Reject) {
      asks[at] = ASKS.reject
      rejects.push({ code: item.code, reason: item.reason })
    } else if (item.operation?.kind === 'put' && item.heldBytes === undefined) {
      asks[at] = ASKS.put
      objects.push(item.operation.object)
    }
  }
  const packed = packPage(objects, { hashes: false })
  const value: PackedItems = { asks, objects: packed.value, rejects }
  return { value, transfer: [...packed.transfer, asks.buffer] } satisfies Parcel<PackedItems>
}
