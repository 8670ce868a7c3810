import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { parseTarget } from '../../lib/store/target.ts'
import { randomNumbers } from './fault/fate.ts'

/** How far away, and how often a way there breaks. */
export interface Distance {
  /** From one end to the other and back. 100. */
  readonly roundTripMs?: number
  /** Of how many requests the connection is reset, between 0 and 1. 0.01. */
  readonly resets?: number
  /** Of the random numbers by which connections are reset. */
  readonly seed?: number
}

/** A server as it is seen from another region. */
export interface Far {
  /** As `--target` takes it. */
  readonly target: string
  readonly ports: { readonly http: number; readonly grpc: number }
  /** Requests that have come by, and how many of them had their connection reset. */
  readonly seen: { readonly requests: number; readonly resets: number }
  stop(): Promise<void>
}

/**
 * Stands on the loopback before a server of one node: every byte takes half a round trip to the other side, a connection a whole
 * one before its first byte, and of some requests the connection is reset, before the server has all of it or instead of its
 * answer. A connection of REST is a request; requests of gRPC are counted by their frames. Bytes go as fast as they can.
 */
export async function farFrom(target: string, distance: Distance = {}): Promise<Far> {
  const parsed = parseTarget(target)
  if (parsed.kind !== 'weaviate') throw new Error(`${target} is no server`)
  const { http, grpc } = parsed.nodes[0]
  const { roundTripMs = 100, resets = 0.01, seed = 1 } = distance
  const seen = { requests: 0, resets: 0 }
  const random = randomNumbers(seed)
  const isStruck = () => {
    seen.requests += 1
    const struck = random() < resets
    if (struck) seen.resets += 1
    return struck && (random() < 0.5 ? 'before' : 'after')
  }
  const ways = { halfMs: roundTripMs / 2, isStruck }
  const rest = await door(Number(new URL(http).port), { ...ways, counts: 'connections' })
  const calls = await door(Number(grpc.split(':').at(-1)), { ...ways, counts: 'frames' })
  const ports = { http: rest.port, grpc: calls.port }
  return {
    target: `http://127.0.0.1:${ports.http}?grpc=127.0.0.1:${ports.grpc}`,
    ports,
    get seen() {
      return { ...seen }
    },
    stop: async () => {
      await Promise.all([rest.stop(), calls.stop()])
    },
  }
}

interface Way {
  readonly halfMs: number
  readonly counts: 'connections' | 'frames'
  readonly isStruck: () => 'before' | 'after' | false
}

async function door(upstream: number, way: Way) {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (caller) => {
    const inner = connect({ port: upstream, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    for (const socket of [caller, inner]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
    carry(caller, inner, way)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

function carry(caller: Socket, inner: Socket, { halfMs, counts, isStruck }: Way): void {
  const reset = () => {
    caller.resetAndDestroy()
    inner.destroy()
  }
  const request = () => {
    const struck = isStruck()
    if (struck === 'before') setImmediate(reset)
    else if (struck === 'after') setTimeout(reset, 3 * halfMs)
  }
  const there = new DelayLine(caller, inner, halfMs, performance.now() + 2 * halfMs)
  const back = new DelayLine(inner, caller, halfMs)
  const frames = counts === 'frames' ? new Frames(request) : undefined
  if (frames === undefined) request()
  caller.on('data', (chunk: Buffer) => {
    frames?.take(chunk)
    there.take(chunk)
  })
  inner.on('data', (chunk: Buffer) => back.take(chunk))
  caller.on('end', () => there.take(undefined))
  inner.on('end', () => back.take(undefined))
  for (const [one, other] of [
    [caller, inner],
    [inner, caller],
  ] as const) {
    one.on('error', () => other.destroy())
    one.once('close', () => {
      there.stop()
      // What the server has sent is under way still.
      if (one === caller || back.isEmpty) other.destroy()
    })
  }
}

/** Hands on what it takes after so long, in order; reads no more while the other side takes nothing. */
class DelayLine {
  readonly #from: Socket
  readonly #to: Socket
  readonly #ms: number
  #notBefore: number
  readonly #waiting: { readonly dueMs: number; readonly chunk: Buffer | undefined }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, ms: number, notBefore = 0) {
    this.#from = from
    this.#to = to
    this.#ms = ms
    this.#notBefore = notBefore
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Undefined is the end. */
  take(chunk: Buffer | undefined): void {
    this.#waiting.push({ dueMs: Math.max(performance.now(), this.#notBefore) + this.#ms, chunk })
    if (this.#timer === undefined) this.#pass()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #next(): NodeJS.Timeout | undefined {
    const [first] = this.#waiting
    if (first === undefined) return undefined
    return setTimeout(() => this.#pass(), Math.max(0, first.dueMs - performance.now()))
  }

  #pass(): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= performance.now()) {
      const { chunk } = this.#waiting.shift()!
      if (this.#to.destroyed || this.#to.writableEnded) continue
      if (chunk === undefined) this.#to.end()
      else if (!this.#to.write(chunk)) {
        if (this.#from.isPaused()) continue
        this.#from.pause()
        this.#to.once('drain', () => this.#from.resume())
      }
    }
    this.#timer = this.#next()
  }
}

const PREFACE_BYTES = 24
const FRAME_HEAD_BYTES = 9
const HEADERS = 1

/** Calls back for each frame of headers that a caller of HTTP/2 sends: one a request. */
class Frames {
  readonly #onHeaders: () => void
  #skip = PREFACE_BYTES
  #head = Buffer.alloc(0)

  constructor(onHeaders: () => void) {
    this.#onHeaders = onHeaders
  }

  take(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, rest.length)
        this.#skip -= skipped
        rest = rest.subarray(skipped)
        continue
      }
      const missing = FRAME_HEAD_BYTES - this.#head.length
      this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (this.#head.length < FRAME_HEAD_BYTES) return
      this.#skip = this.#head.readUIntBE(0, 3)
      if (this.#head[3] === HEADERS) this.#onHeaders()
      this.#head = Buffer.alloc(0)
    }
  }
}

/** As a process of its own: `node test/double/far.ts TARGET [DISTANCE]` prints the target that it makes of it. */
if (import.meta.main) {
  const [target = '', distance = '{}'] = process.argv.slice(2)
  const far = await farFrom(target, JSON.parse(distance) as Distance)
  console.log(far.target)
  process.on('SIGUSR2', () => console.log(JSON.stringify(far.seen)))
}
