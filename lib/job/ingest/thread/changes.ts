import { type PropertiesCheck, packPage } from '../../../archive/object/packedPage.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { serveThread } from '../../../async/thread/serve.ts'
import type { ThreadTask } from '../../../async/thread/threads.ts'
import { itemMaker } from '../../../change/operations.ts'
import { validateLine } from '../../../change/validate.ts'
import type { StoredObject } from '../../../core/object.ts'
import { Reject } from '../../../core/reject.ts'
import { propertiesCheck } from '../../../store/validation/propertiesCheck.ts'
import { decodeLine } from '../../../stream/lines/lineCutter.ts'
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
  const made = (bytes: Buffer) =>
    itemOf(validateLine(parseLine(decodeLine({ line: 0, end: 0, bytes })), data))
  const checks = data.schema && propertiesCheck(data.schema)
  return serveThread(port, () => [mapChunks((lines: PackedTexts) => itemsOf(lines, made, checks))])
}

function itemsOf(
  { texts, ends }: PackedTexts,
  made: (bytes: Buffer) => ReturnType<ReturnType<typeof itemMaker>>,
  checks: PropertiesCheck | undefined,
) {
  const bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  const asks = new Uint8Array(ends.length)
  const objects: StoredObject[] = []
  const rejects: { code: Reject['code']; reason: string }[] = []
  for (const [at, end] of ends.entries()) {
    const item = made(bytes.subarray(at === 0 ? 0 : ends[at - 1]!, end))
    // The main thread has the bytes that a reject holds if they are not UTF-8.
    if (item instanceof Reject && item.text !== undefined) {
      asks[at] = ASKS.reject
      rejects.push({ code: item.code, reason: item.reason })
    } else if (!(item instanceof Reject) && item.operation?.kind === 'put' && item.heldBytes === undefined) {
      asks[at] = ASKS.put
      objects.push(item.operation.object)
    }
  }
  const packed = packPage(objects, { hashes: false, checks })
  const value: PackedItems = { asks, objects: packed.value, rejects }
  return { value, transfer: [...packed.transfer, asks.buffer] } satisfies Parcel<PackedItems>
}
