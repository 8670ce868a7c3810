import { jsonOf, type RestReply } from '../rest/request.ts'
import { boundedText } from './serverText.ts'

/** An entry of the server's list of errors. */
interface ErrorEntry {
  readonly message?: unknown
}

/** The server's message: `{error: [{message}]}`, `{message}` or plain text; bounded. */
export function textOf(reply: RestReply): string {
  const body = jsonOf(reply)
  const { error, message } = (body ?? {}) as { error?: unknown; message?: unknown }
  const entries = Array.isArray(error) ? error.map((entry) => (entry as ErrorEntry | null)?.message) : []
  const texts = [...entries, message].filter((text) => typeof text === 'string')
  return boundedText(texts.length > 0 ? texts.join('; ') : reply.text.trim())
}

/** A usage limit that waiting does not end names itself. */
export function isQuota(reply: RestReply): boolean {
  const body = jsonOf(reply)
  return typeof body === 'object' && body !== null && 'errorCode' in body
}

/** `Retry-After` is seconds or a date. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfter({ retryAfter }: RestReply): { retryAfterMs?: number } {
  if (retryAfter === undefined) return {}
  const seconds = Number(retryAfter)
  const waitMs = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000
  return Number.isNaN(waitMs) ? {} : { retryAfterMs: Math.max(0, Math.round(waitMs)) }
}
