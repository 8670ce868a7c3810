import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ElysiaError, messageOf } from '../../errors.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates of a PEM file, beside those that Node trusts anyway.
 * @throws ElysiaError ELYSIA_USAGE where the file cannot be read or holds no certificate
 */
export async function readAuthorities(caFile: string): Promise<readonly string[]> {
  const pem = await readFile(caFile, 'latin1').catch((cause: unknown) => {
    throw unusable(caFile, messageOf(cause), cause)
  })
  const own = pem.match(CERTIFICATE) ?? []
  if (own.length === 0) throw unusable(caFile, 'it holds no PEM certificate')
  for (const certificate of own) parse(caFile, certificate)
  return [...getCACertificates('default'), ...own]
}

/**
 * Runs `work` while TLS contexts that it makes trust `authorities`; a context keeps what it was made with.
 * For code that makes contexts without a way to name an authority: the default of the process is changed
 * only during this synchronous call.
 */
export function trusting<T>(authorities: readonly string[] | undefined, work: () => T): T {
  if (authorities === undefined) return work()
  const before = getCACertificates('default')
  setDefaultCACertificates(authorities)
  try {
    return work()
  } finally {
    setDefaultCACertificates(before)
  }
}

function parse(caFile: string, certificate: string): void {
  try {
    new X509Certificate(certificate)
  } catch (cause) {
    throw unusable(caFile, messageOf(cause), cause)
  }
}

function unusable(caFile: string, why: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the CA file ${caFile} cannot be used: ${why}`, {
    cause,
    hint: 'give a file of PEM certificates (-----BEGIN CERTIFICATE-----)',
  })
}
