import type { StoredObject } from '../../core/object.ts'
import type { CallOptions, WriteOutcome } from '../store.ts'
import { referenceFault } from '../validation/types.ts'
import type { CallRoute } from './cluster/cluster.ts'
import { failureOf, isTooLarge, refusedOutcome, wholeFailure } from './cluster/failure.ts'
import { isMissing, isRefused, isTenantInactive } from './cluster/serverText.ts'
import type { Context } from './context.ts'
import { batchObject, hasUnsendable, isWellFormed, messageBytes } from './grpc/encode.ts'
import type { GrpcClient } from './grpc/messages.ts'
import { isRectangular, isRows } from './grpc/vectors.ts'
import { wrongAnswer } from './rest/answer.ts'
import { restWrite } from './rest/write.ts'
import { type Layout, referenceIn, unknownProperty, unknownVector } from './schema/layout.ts'

/** The size of a REST request, which is cut off after a minute. */
const LITERAL_BYTES = 4 * 1024 * 1024

/** A write, and what it tells. */
export interface WriteCall extends CallOptions, Pick<CallRoute, 'onAnswerLost'> {}

interface PendingObject {
  readonly index: number
  readonly object: StoredObject
}

/**
 * Upserts objects by BatchObjects, in as few messages as their size allows; the server does not keep their order.
 * Settles only after every message has, so that none arrives after an error was seen.
 */
export async function upsertObjects(
  context: Context,
  objects: readonly StoredObject[],
  call: WriteCall,
): Promise<WriteOutcome[]> {
  call.signal?.throwIfAborted()
  if (objects.length === 0) return []
  const layout = await layoutFor(context, objects, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const outcomes: WriteOutcome[] = []
  const sending: PendingObject[] = []
  const literal: PendingObject[] = []
  objects.forEach((object, index) => {
    const reason = objection(context, layout, object)
    if (reason !== undefined) {
      outcomes[index] = { ok: false, reason }
      return
    }
    const properties = layout.asLiterals(object.properties)
    if (properties === object.properties) sending.push({ index, object })
    else literal.push({ index, object: { ...object, properties } })
  })
  const send = (message: PendingObject[]) => sendMessage(context, tenant, message, outcomes, call)
  await settleAll([
    ...messagesOf(sending, context.maxMessageBytes).map(send),
    ...messagesOf(literal, LITERAL_BYTES).map((message) =>
      sendLiteral(context, tenant, message, outcomes, call),
    ),
  ])
  return outcomes
}

async function sendLiteral(
  context: Context,
  tenant: string,
  message: readonly PendingObject[],
  outcomes: WriteOutcome[],
  call: CallOptions,
): Promise<void> {
  const objects = message.map(({ object }) => object)
  const results = await restWrite(context, objects, tenant, call)
  message.forEach(({ index }, at) => {
    outcomes[index] = results[at]!
  })
}

/** The layout; read again when an object has a property that it lacks. */
async function layoutFor(
  context: Context,
  objects: readonly StoredObject[],
  call: CallOptions,
): Promise<Layout> {
  const layout = await context.classes.layout(context.name, call)
  if (objects.every((object) => isKnown(layout, object))) return layout
  context.classes.forget(context.name)
  return context.classes.layout(context.name, call)
}

function isKnown(layout: Layout, object: StoredObject): boolean {
  return (
    unknownProperty(layout, object.properties) === undefined && unknownVector(layout, object) === undefined
  )
}

/** Why an object is not sent: it would change the schema, or fail its entire message. */
function objection(
  { capabilities, version }: Context,
  layout: Layout,
  object: StoredObject,
): string | undefined {
  const unknown = unknownProperty(layout, object.properties)
  if (unknown !== undefined) return `class ${layout.name} has no property '${unknown}'`
  if (!object.id.isWellFormed() || !isWellFormed(object.properties))
    return 'a text holds half a surrogate pair: it cannot be UTF-8'
  if (hasUnsendable(object.properties)) return "a property is called '__proto__', which cannot be sent"
  const reference = referenceIn(layout, object.properties)
  if (reference !== undefined) return referenceFault(reference, layout.name)
  const inexact = layout.intFault(object.properties)
  if (inexact !== undefined) return inexact
  // A server of 1.27 accepts it, but does not store it.
  const vector = unknownVector(layout, object)
  if (vector !== undefined)
    return `collection ${layout.name} does not have configuration for vector ${vector}`
  for (const [name, vector] of Object.entries(object.vectors ?? {})) {
    if (!isRows(vector)) continue
    if (!capabilities.multiVectors) return `Weaviate ${version} has no multi-vectors, and ${name} is one`
    if (!isRectangular(vector)) return `the rows of vector ${name} differ in length`
  }
  return undefined
}

function messagesOf(sending: readonly PendingObject[], maxBytes: number): PendingObject[][] {
  const messages: PendingObject[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const item of sending) {
    const size = messageBytes(item.object)
    bytes += size
    if (bytes > maxBytes) {
      messages.push([])
      bytes = size
    }
    messages.at(-1)!.push(item)
  }
  return messages
}

/** Sends one message, in halves if it proves too long; refuses a single object that is too long. */
async function sendMessage(
  context: Context,
  tenant: string,
  message: readonly PendingObject[],
  outcomes: WriteOutcome[],
  call: WriteCall,
): Promise<void> {
  try {
    const errors = await errorsOf(context, tenant, message, call)
    for (const { index } of message) outcomes[index] = { ok: true }
    for (const { index, error } of errors) outcomes[message[index]!.index] = refusedOutcome(error)
  } catch (thrown) {
    if (!isTooLarge(thrown)) throw thrown
    const middle = message.length >> 1
    if (middle === 0) outcomes[message[0]!.index] = { ok: false, reason: failureOf(thrown, '').message }
    else {
      const halves = [message.slice(0, middle), message.slice(middle)]
      await settleAll(halves.map((half) => sendMessage(context, tenant, half, outcomes, call)))
    }
  }
}

/** The refusals of a message, by position. Throws an error that applies to the entire message. */
async function errorsOf(
  { cluster, name, target }: Context,
  tenant: string,
  message: readonly PendingObject[],
  call: WriteCall,
): Promise<readonly { readonly index: number; readonly error: string }[]> {
  const write = async (grpcClient: GrpcClient, signal: AbortSignal) => {
    const objects = message.map(({ object }) => batchObject(object, name, tenant))
    const errors = await grpcClient.batchObjects(objects, signal)
    if (errors.length > message.length)
      throw wrongAnswer(target, `refuses more objects than a message of ${message.length} to ${name} has`)
    for (const { index, error } of errors) {
      if (isMissing(error) || isRefused(error) || isTenantInactive(error)) throw wholeFailure(error, target)
      if (message[index] !== undefined) continue
      throw wrongAnswer(target, `refuses object ${index} of a message of ${message.length} to ${name}`)
    }
    return errors
  }
  return cluster.rpc(call, write, call)
}

/** Like Promise.all, but waits for all of them even if one fails. */
async function settleAll(calls: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'rejected') throw result.reason
  }
}
