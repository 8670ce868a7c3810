/**
 * What it costs that a page of objects crosses to another thread and is there as objects, on either side: copied as they are,
 * as JSON bytes, as the lines of an archive, and packed. A process of its own: `node bench/threads/crossing.ts COUNT`.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { identitySha256, keepSha256, rememberedSha256 } from '../../lib/archive/object/digest.ts'
import { objectIn } from '../../lib/archive/object/lineReader.ts'
import { LineWriter, objectText } from '../../lib/archive/object/lineWriter.ts'
import { type PackedPage, packPage, unpackPage } from '../../lib/archive/object/packedPage.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { cachedJson, cacheJson } from '../../lib/core/properties/cachedJson.ts'
import { wholeNumbers } from '../../lib/core/value/wholeNumbers.ts'
import { archiveClass, batches } from '../archive/objects.ts'
import { round, say } from '../measure.ts'

const count = Number(process.argv[2] ?? 10_000)
const ROUNDS = 9
const numbers = wholeNumbers(archiveClass('BnThing').properties)

/** As they are read from an archive: their SHA-256s are known, and the texts of their properties. */
const pages = [...batches({ count, width: 384, textLength: 700 })].map((page) =>
  page.map((object) => objectIn(Buffer.from(objectText(object)), numbers, true).object),
)
for (const page of pages) page.map(rememberedSha256)
const { port1, port2 } = new MessageChannel()

type Page = readonly StoredObject[]

/** What is sent of a page, and what is made of it there. */
interface Way<T> {
  send(page: Page): { readonly value: T; readonly transfer?: readonly ArrayBuffer[] }
  receive(value: T): unknown
}

function base64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function handedOver(bytes: Uint8Array<ArrayBuffer>) {
  return { value: bytes, transfer: [bytes.buffer] }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

const asTheyAre: Way<Page> = { send: (page) => ({ value: page }), receive: (page) => page }

const withTheirs: Way<{ page: Page; sha256: string; texts: string[] }> = {
  send: (page) => {
    const texts = page.map(({ properties }) => cachedJson(properties))
    return { value: { page, sha256: page.map(identitySha256).join(''), texts } }
  },
  receive: ({ page, sha256, texts }) => {
    for (const [at, object] of page.entries()) {
      keepSha256(object, sha256.slice(32 * at, 32 * at + 32))
      cacheJson(object.properties, texts[at]!)
    }
  },
}

const asJson: Way<Uint8Array<ArrayBuffer>> = {
  send: (page) => {
    const plain = page.map((object) => ({ ...object, vector: base64(object.vector!) }))
    return handedOver(new TextEncoder().encode(JSON.stringify(plain)))
  },
  receive: (bytes) =>
    JSON.parse(bufferOf(bytes).toString()).map((one: { vector: string }) => {
      const floats = new Float32Array(new Uint8Array(Buffer.from(one.vector, 'base64')).buffer)
      return { ...one, vector: floats }
    }),
}

const asLines: Way<Uint8Array<ArrayBuffer>> = {
  send: (page) => {
    const writer = new LineWriter(4 * 1024 * 1024)
    for (const object of page) {
      writer.identity(object)
      writer.text('\n')
    }
    return handedOver(new Uint8Array(writer.take()))
  },
  receive: (bytes) => {
    const all = bufferOf(bytes)
    for (let from = 0, to = all.indexOf(10); to >= 0; from = to + 1, to = all.indexOf(10, from))
      objectIn(all.subarray(from, to), numbers, false)
  },
}

const packed: Way<PackedPage> = { send: packPage, receive: unpackPage }

/** The least of the rounds, in microseconds of the processor for each object: others work on the machine as well. */
function measure<T>({ send, receive }: Way<T>) {
  const least = { send: Number.POSITIVE_INFINITY, receive: Number.POSITIVE_INFINITY }
  const taken = (work: () => void) => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / count
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sent = taken(() => {
      for (const page of pages) {
        const { value, transfer = [] } = send(page)
        port1.postMessage(value, [...transfer])
      }
    })
    const received = taken(() => {
      for (const _ of pages) receive((receiveMessageOnPort(port2) as { message: T }).message)
    })
    least.send = Math.min(least.send, sent)
    least.receive = Math.min(least.receive, received)
  }
  return { send_us: round(least.send), receive_us: round(least.receive), rounds: ROUNDS }
}

say('a page crosses, its objects copied as they are', measure(asTheyAre))
say('the same, with SHA-256s and the texts of properties', measure(withTheirs))
say('the same as JSON bytes, which have neither', measure(asJson))
say('the same as lines of an archive', measure(asLines))
say('the same packed, with SHA-256s and texts', measure(packed))
port1.close()
