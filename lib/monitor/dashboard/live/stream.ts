import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { messageOf } from '../../../core/errors.ts'
import type { LiveFacts } from '../facts.ts'

/** How often the history is checked for changes, and how often a browser gets news at most: 4 times a second. */
const LOOK_MS = 100
const TELL_MS = 250
/** Proxies close a connection that stays silent for long. */
const HEARTBEAT_MS = 15_000
const MOST_WATCHERS = 64

/** Browsers that look on. */
export interface LiveStream {
  /**
   * Sends the current state and every later one, until the browser goes away. False if too many browsers are connected.
   */
  add(response: ServerResponse, lastEventId: string | undefined): boolean
  /** Ends all connections. */
  close(): void
  readonly watchers: number
}

interface Watcher {
  readonly response: ServerResponse
  /** The last event that the browser was sent. */
  lastEventId: string | undefined
  lastSentMs: number
}

interface LiveEvent {
  readonly version: number
  readonly id: string
  readonly text: string
}

/**
 * Server-sent events: the last state wins. A slow browser gets the newest state once it has taken the one before; a
 * browser that reconnects names the version that it saw last, and gets only news. While no browser is connected,
 * nothing is read.
 */
export function liveStream(version: () => number, facts: () => LiveFacts): LiveStream {
  const watchers = new Set<Watcher>()
  let timer: NodeJS.Timeout | undefined
  let heartbeat: NodeJS.Timeout | undefined
  let made: LiveEvent | undefined
  // Each process starts its own count of versions: those of an earlier server mean nothing here.
  const server = randomBytes(4).toString('hex')
  const look = () => {
    try {
      const current = version()
      if (made?.version !== current) made = eventOf(server, facts())
    } catch (error) {
      // A history that cannot be read may be readable in a moment: until then the page says that it is not live.
      const text = `event: lack\ndata: ${JSON.stringify(messageOf(error))}\n\n`
      for (const watcher of watchers) if (isReady(watcher, performance.now())) write(watcher, text)
      return
    }
    const now = performance.now()
    for (const watcher of watchers) sendEvent(watcher, made, now)
  }
  const begin = () => {
    timer ??= setInterval(look, LOOK_MS)
    heartbeat ??= setInterval(() => {
      for (const { response } of watchers) if (!response.writableNeedDrain) response.write(':\n\n')
    }, HEARTBEAT_MS)
  }
  const remove = (watcher: Watcher) => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    clearInterval(heartbeat)
    timer = undefined
    heartbeat = undefined
  }
  return {
    get watchers() {
      return watchers.size
    },
    add(response, lastEventId) {
      if (watchers.size >= MOST_WATCHERS) return false
      const watcher: Watcher = { response, lastEventId, lastSentMs: Number.NEGATIVE_INFINITY }
      watchers.add(watcher)
      response.once('close', () => remove(watcher))
      response.on('error', () => {})
      response.write('retry: 1000\n\n')
      begin()
      look()
      return true
    },
    close() {
      for (const { response } of watchers) response.end()
    },
  }
}

function sendEvent(watcher: Watcher, { id, text }: LiveEvent, now: number): void {
  if (watcher.lastEventId === id || !isReady(watcher, now)) return
  watcher.lastEventId = id
  write(watcher, text)
}

/**
 * True if a browser may be sent more: not too often, and only once it has taken what was sent before, which must not
 * pile up.
 */
function isReady({ lastSentMs, response }: Watcher, now: number): boolean {
  return now - lastSentMs >= TELL_MS && !response.writableNeedDrain
}

function write(watcher: Watcher, text: string): void {
  watcher.lastSentMs = performance.now()
  watcher.response.write(text)
}

function eventOf(server: string, facts: LiveFacts): LiveEvent {
  const { history_version: version } = facts
  const id = `${server}.${version}`
  return { version, id, text: `id: ${id}\ndata: ${JSON.stringify(facts)}\n\n` }
}
