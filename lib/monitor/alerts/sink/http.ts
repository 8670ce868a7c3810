import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { getCACertificates } from 'node:tls'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { rememberSecrets } from '../../../core/secrets.ts'
import { TOOL } from '../../../run/tool.ts'

/** An address to send to. It is a secret: anyone who knows it can write there. */
export interface Endpoint {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Certificates to trust in addition to the system's, as PEM. */
  readonly ca?: string
}

interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly body?: string
  readonly contentType?: string
  readonly signal: AbortSignal
}

/** How much of an answer is read, and how much is shown. */
const MOST_ANSWER_BYTES = 4096
const MOST_SHOWN_CHARACTERS = 200

/**
 * Parses an address.
 * @throws ElysiaError ELYSIA_USAGE if it is invalid; the error does not repeat it, since it is a secret
 */
export function endpointUrl(text: string, where: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) {
    rememberSecrets([text, url.href, url.pathname === '/' ? undefined : url.pathname, url.password])
    return url
  }
  throw new ElysiaError('ELYSIA_USAGE', `${where} is not an address`, {
    hint: 'it begins with https:// or http://',
  })
}

/** The visible part of an address: what follows the host is often secret. */
export function placeOf({ protocol, host, pathname, search }: URL): string {
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : '/***'}`
}

/** The address of a path below another one: `/api` of `http://h/x/` is `http://h/x/api`. */
export function urlBelow(url: URL, path: string): URL {
  const inner = new URL(url)
  inner.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return inner
}

/**
 * Makes one call to exactly that address: follows no redirect and uses no proxy from the environment. Returns the text
 * of a 2xx answer, at most 200 characters.
 * @throws ElysiaError ELYSIA_UNREACHABLE, ELYSIA_REFUSED; `retryable` for 408, 425, 429, 5xx and network faults
 */
export async function callHttp({ url, headers, ca }: Endpoint, http: HttpCall): Promise<string> {
  const { method, body, contentType, signal } = http
  const options: RequestOptions = {
    method,
    signal,
    // A kept-alive connection would keep the process alive, and the global agent may use a proxy.
    agent: false,
    headers: {
      'user-agent': `${TOOL.name}/${TOOL.version}`,
      ...(body !== undefined && {
        'content-type': contentType ?? 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
      ...headers,
    },
    ...(ca !== undefined && { ca: [...getCACertificates('default'), ca] }),
  }
  try {
    const response = await answered(url, options, body)
    // An answer that breaks off still means that the message was taken: it must not be sent twice.
    const text = await textOf(response).catch(() => '')
    return judged(url, response, text)
  } catch (error) {
    if (error instanceof ElysiaError) throw error
    signal.throwIfAborted()
    throw new ElysiaError('ELYSIA_UNREACHABLE', `${placeOf(url)}: ${networkFault(error)}`, {
      cause: error,
      retryable: true,
      hint: 'look whether it can be reached from this machine, and that its certificate is trusted: ca_file names others',
    })
  }
}

function answered(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve)
    request.once('error', reject)
    request.end(body)
  })
}

/** Reads only the beginning of an answer. */
async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= MOST_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8')
}

function judged(url: URL, { statusCode: status = 0, headers }: IncomingMessage, text: string): string {
  const shown = [...text.replace(/\s+/g, ' ').trim()].slice(0, MOST_SHOWN_CHARACTERS).join('')
  const answer = shown === '' ? `${status}` : `${status} ${shown}`
  if (status >= 200 && status < 300) return answer
  const fact = `${placeOf(url)} answered ${answer}`
  if (status >= 300 && status < 400) throw redirected(url, headers.location)
  const retryAfterMs = waitOf(headers['retry-after'])
  const details = {
    retryable: status === 408 || status === 425 || status === 429 || status >= 500,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    hint: hintOf(status),
  }
  throw new ElysiaError(
    status === 401 || status === 403 ? 'ELYSIA_REFUSED' : 'ELYSIA_UNREACHABLE',
    fact,
    details,
  )
}

/** Following it would send the message and its headers to an address that nobody configured. */
function redirected(url: URL, location: string | undefined): ElysiaError {
  const to = URL.parse(location ?? '', url.href)
  const where = to === null ? 'elsewhere' : to.host === url.host ? 'another path' : placeOf(to)
  return new ElysiaError('ELYSIA_REFUSED', `${placeOf(url)} redirects to ${where}, which is not followed`, {
    hint: 'put the address that it leads to into the configuration, if you trust it',
  })
}

function hintOf(status: number): string {
  if (status === 404 || status === 410)
    return 'the address no longer exists: make a new one, and configure that'
  if (status === 401 || status === 403)
    return 'check the address and its headers: `elysiactl alerts test` tries them'
  return '`elysiactl alerts test` tries it'
}

function waitOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}

function networkFault(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error
  const { code } = (inner ?? {}) as { readonly code?: string }
  const text = messageOf(inner)
  return code === undefined || text.includes(code) ? text : `${text} (${code})`
}
