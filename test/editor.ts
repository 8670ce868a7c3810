// What an editor shows of a TypeScript file: the compiler's own language server, asked as an editor asks it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const TSC = fileURLToPath(new URL('../node_modules/.bin/tsc', import.meta.url))

interface Message {
  readonly id?: number
  readonly method?: string
  readonly result?: unknown
}

/** A file that is open in an editor. */
export interface Editor {
  /** What is shown over the first place of `text`. */
  hover(text: string): Promise<string>
  close(): Promise<void>
}

/** Writes a file and opens it; the directory is its project. */
export async function openEditor(directory: string, name: string, source: string): Promise<Editor> {
  const path = join(directory, name)
  writeFileSync(path, source)
  const uri = pathToFileURL(path).href
  const child = spawn(TSC, ['--lsp', '--stdio'], { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map<number, (result: unknown) => void>()
  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  let asked = 0
  const ask = (method: string, params: object): Promise<unknown> => {
    const id = ++asked
    send({ id, method, params })
    return new Promise((resolve) => waiting.set(id, resolve))
  }
  messages(child.stdout, (message) => {
    // A request of the server's own, such as for settings, is answered with nothing.
    if (message.method !== undefined && message.id !== undefined) send({ id: message.id, result: null })
    else if (message.id !== undefined) waiting.get(message.id)?.(message.result)
  })
  const folder = pathToFileURL(directory).href
  await ask('initialize', { processId: process.pid, rootUri: folder, capabilities: {} })
  send({ method: 'initialized', params: {} })
  const document = { uri, languageId: 'typescript', version: 1, text: source }
  send({ method: 'textDocument/didOpen', params: { textDocument: document } })
  return {
    hover: async (text) => {
      const position = placeOf(source, text)
      return JSON.stringify(await ask('textDocument/hover', { textDocument: { uri }, position }))
    },
    close: async () => {
      const ended = once(child, 'close')
      child.kill()
      await ended
    },
  }
}

function placeOf(source: string, text: string): { readonly line: number; readonly character: number } {
  const before = source.slice(0, source.indexOf(text)).split('\n')
  return { line: before.length - 1, character: before.at(-1)!.length + 1 }
}

function messages(stream: NodeJS.ReadableStream, onMessage: (message: Message) => void): void {
  let held = Buffer.alloc(0)
  stream.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes])
    for (;;) {
      const head = held.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/Content-Length: (\d+)/i.exec(held.subarray(0, head).toString())?.[1])
      if (held.length < head + 4 + length) return
      const body = held.subarray(head + 4, head + 4 + length)
      held = held.subarray(head + 4 + length)
      onMessage(JSON.parse(body.toString()) as Message)
    }
  })
}
