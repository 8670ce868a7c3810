import { type Address, ask, type CallError, type Caller, caller, type Reply } from './ask.ts'
import { classesOf, type Dialogue, type Step } from './dialogue.ts'

/** What was asked, and what came back, without what differs from server to server and moment to moment. */
export interface Exchange {
  readonly asked: string
  readonly reply: unknown
}

/** Holds a dialogue with a server, its classes dropped before and after. */
export async function converse(address: Address, dialogue: Dialogue): Promise<Exchange[]> {
  const client = caller(address)
  const kinds = speaksOfAliases(dialogue) ? ['schema', 'aliases'] : ['schema']
  const paths = classesOf(dialogue).flatMap((name) => kinds.map((kind) => `/v1/${kind}/${name}`))
  const clean = () => Promise.all(paths.map((path) => ask(address, `DELETE ${path}`)))
  try {
    await clean()
    const exchanges: Exchange[] = []
    for (const step of dialogue.steps) exchanges.push(await exchange(step, address, client))
    return exchanges
  } finally {
    await clean()
    client.channel.close()
  }
}

function speaksOfAliases({ steps }: Dialogue): boolean {
  return steps.some((step) => 'rest' in step && step.rest.includes('/v1/aliases'))
}

async function exchange(step: Step, address: Address, client: Caller): Promise<Exchange> {
  if ('rest' in step)
    return {
      asked: `${step.rest} ${asked(step.body)}`,
      reply: await read(await ask(address, step.rest, step.body)),
    }
  return { asked: `${step.rpc} ${asked(step.message)}`, reply: await call(step, client) }
}

function asked(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body, hex)
}

function hex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : value
}

async function read(response: Response): Promise<unknown> {
  const text = await response.text()
  return { status: response.status, ...(text === '' ? {} : { body: settled(JSON.parse(text)) }) }
}

async function call(step: Extract<Step, { rpc: string }>, client: Caller): Promise<unknown> {
  try {
    return settled(inChance(step, await client.call(step.rpc, step.message)))
  } catch (error) {
    const { code, details } = error as CallError
    return { code, details: settled(details) }
  }
}

/** What a filter finds comes in the order of document numbers, which are given out in parallel. */
function inChance(step: Extract<Step, { rpc: string }>, reply: Reply): Reply {
  const { filters, sortBy } = step.message as { filters?: unknown; sortBy?: unknown }
  if (filters === undefined || sortBy !== undefined) return reply
  const byText = (a: object, b: object): number => (keyOf(a) < keyOf(b) ? -1 : 1)
  return {
    ...reply,
    ...(reply.results && { results: reply.results.toSorted(byText) }),
    ...(reply.objects && { objects: reply.objects.toSorted(byText) }),
  }
}

function keyOf(found: { metadata?: { id: string }; uuid?: Uint8Array }): string {
  return found.metadata?.id ?? Buffer.from(found.uuid ?? []).toString('hex')
}

/** A reply without times, names of shards and orders that the server leaves to chance. */
function settled(reply: unknown): unknown {
  if (typeof reply === 'string') return withoutChance(reply)
  if (reply instanceof Uint8Array) return hex('', reply)
  if (Array.isArray(reply)) return inOrder(reply.map(settled))
  if (typeof reply !== 'object' || reply === null) return reply
  const fields = Object.entries(reply).filter(([key]) => !CHANCE.has(key))
  return Object.fromEntries(
    fields.map(([key, value]) => [withoutNode(key), TIMES.has(key) ? value > 0 : settled(value)]),
  )
}

const CHANCE = new Set(['took', 'version', 'batchStats', 'hostname'])
const TIMES = new Set(['creationTimeUnix', 'lastUpdateTimeUnix'])

/** A node is called what its server was told. */
function withoutNode(text: string): string {
  return text.replace(/^node-\w+$/, 'node1')
}

function withoutChance(text: string): string {
  return withoutNode(text)
    .replace(/(auto-schema feature) on .*$/, '$1')
    .replace(/(local shard object search \w+?_)\w+/, '$1…')
    .replace(/^[A-Za-z0-9]{12}$/, '…')
    .replace(/(in shard ")\w+/, '$1…')
    .replace(/^double$/, '…')
}

/** Properties of a class, aliases and vectors of an object come in any order; everything else has one. */
function inOrder(list: unknown[]): unknown[] {
  const name = (value: unknown): string => {
    const named = value as { name?: unknown; alias?: unknown } | null
    return String(named?.name ?? named?.alias ?? '')
  }
  return list.every((value) => name(value) !== '')
    ? list.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))
    : list
}
