import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ElysiaError, messageOf } from '../../../core/errors.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Names a PEM file of roots that gRPC's library trusts in place of all others. */
const GRPC_ROOTS = 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'

/**
 * The certificates of a PEM file and of the one that GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names, beside those
 * that Node trusts anyway; undefined where there is neither.
 * @throws ElysiaError ELYSIA_USAGE where a file cannot be read or holds no certificate
 */
export async function readAuthorities(caFile: string | undefined): Promise<readonly string[] | undefined> {
  const files = [caFile, process.env[GRPC_ROOTS]].filter((file) => file !== undefined && file !== '')
  if (files.length === 0) return undefined
  const certificates = await Promise.all(files.map((file) => readCertificates(file!)))
  return [...getCACertificates('default'), ...certificates.flat()]
}

/** Loads a module while gRPC's library, if it is loaded by that, does not see roots that would shut out ours. */
export async function withoutOtherRoots<T>(load: () => Promise<T>): Promise<T> {
  const { [GRPC_ROOTS]: roots } = process.env
  delete process.env[GRPC_ROOTS]
  try {
    return await load()
  } finally {
    if (roots !== undefined) process.env[GRPC_ROOTS] = roots
  }
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

async function readCertificates(file: string): Promise<string[]> {
  const pem = await readFile(file, 'latin1').catch((cause: unknown) => {
    throw unusable(file, messageOf(cause), cause)
  })
  const certificates = pem.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw unusable(file, 'it holds no PEM certificate')
  for (const certificate of certificates) parse(file, certificate)
  return [...certificates]
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
