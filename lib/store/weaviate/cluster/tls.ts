import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  setDefaultCACertificates,
} from 'node:tls'
import { ElysiaError, messageOf } from '../../../core/errors.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Names a PEM file of roots that the gRPC library trusts instead of all others. */
const GRPC_ROOTS = 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'

/** The files for trusting a server, and for being trusted by it. */
export interface TlsFiles {
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

/** What TLS needs beyond Node's own roots. */
export interface Tls {
  /** All trusted roots, including Node's own; undefined for Node's own only. */
  readonly authorities: readonly string[] | undefined
  /** Our certificate and key, in PEM. */
  readonly identity: TlsIdentity | undefined
}

interface TlsIdentity {
  /** The certificate, and those between it and its authority. */
  readonly cert: string
  readonly key: string
}

/**
 * Reads the TLS files, and checks that they can work, before contacting a server.
 * @throws ElysiaError ELYSIA_USAGE if a file cannot be read or has the wrong content, a key does not belong to its
 * certificate, or a certificate is not valid now
 */
export async function readTls(files: TlsFiles): Promise<Tls> {
  return { authorities: await readAuthorities(files.caFile), identity: await readIdentity(files) }
}

/**
 * The certificates of a PEM file and of the one that GRPC_DEFAULT_SSL_ROOTS_FILE_PATH names, in addition to those that
 * Node trusts anyway; undefined if there is neither.
 */
async function readAuthorities(caFile: string | undefined): Promise<readonly string[] | undefined> {
  const files = [caFile, process.env[GRPC_ROOTS]].filter((file) => file !== undefined && file !== '')
  if (files.length === 0) return undefined
  const certificates = await Promise.all(files.map((file) => readCertificates('CA', file!)))
  return [...getCACertificates('default'), ...certificates.flat()]
}

async function readIdentity({ certFile, keyFile }: TlsFiles): Promise<TlsIdentity | undefined> {
  if (certFile === undefined && keyFile === undefined) return undefined
  if (certFile === undefined)
    throw unusableAlone('the client key is named without its certificate', 'name both: --cert-file FILE')
  if (keyFile === undefined)
    throw unusableAlone('the client certificate is named without its key', 'name both: --key-file FILE')
  const certificates = await readCertificates('certificate', certFile)
  const key = await readText('key', keyFile)
  const own = new X509Certificate(certificates[0]!)
  requireGoodNow(certFile, own)
  if (!own.checkPrivateKey(privateKey(keyFile, key)))
    throw unusableAlone(
      `the key in ${keyFile} is not that of the certificate in ${certFile}`,
      'the first certificate of the file has to be your own, those between it and its authority behind it',
    )
  return { cert: certificates.join('\n'), key }
}

function unusableAlone(fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', fact, { hint })
}

function requireGoodNow(file: string, { validFromDate, validToDate }: X509Certificate): void {
  const now = new Date()
  if (validFromDate <= now && now <= validToDate) return
  const fact =
    now > validToDate
      ? `expired on ${validToDate.toISOString()}`
      : `is valid only from ${validFromDate.toISOString()} on`
  throw new ElysiaError('ELYSIA_USAGE', `the certificate in ${file} ${fact}`, {
    hint: 'name one that is valid today; is the clock of this machine right?',
  })
}

/** Parses a private key. No error message contains its text. */
function privateKey(file: string, pem: string): KeyObject {
  const isEncrypted = /ENCRYPTED/.test(pem)
  try {
    if (!isEncrypted) return createPrivateKey(pem)
  } catch {
    // Reported below, in words that reveal nothing of the file.
  }
  const why = isEncrypted
    ? 'it is encrypted, and nobody is asked for its passphrase'
    : 'it holds no PEM private key'
  throw unusable('key', file, why, isEncrypted ? 'decrypt it into a file that you alone can read' : KEY_HINT)
}

/**
 * Made once for all connections: otherwise each would read a hundred roots again. Undefined if Node's own suffice.
 * @throws ElysiaError ELYSIA_USAGE for what OpenSSL does not accept, such as a key that is too short
 */
export function secureContextOf({ authorities, identity }: Tls): SecureContext | undefined {
  if (authorities === undefined && identity === undefined) return undefined
  try {
    return createSecureContext({ ...(authorities && { ca: [...authorities] }), ...identity })
  } catch (cause) {
    const named = identity === undefined ? '--ca-file' : '--cert-file, --key-file or --ca-file'
    throw new ElysiaError('ELYSIA_USAGE', `OpenSSL does not take ${named}: ${messageOf(cause)}`, {
      cause,
      hint: 'is the key long enough (2048 bits of RSA, or a curve), and is the signature no SHA-1?',
    })
  }
}

/** For a server that is reached without TLS. */
export const NO_TLS: Tls = { authorities: undefined, identity: undefined }

/** Loads a module while the gRPC library, if this loads it, does not see roots that would exclude ours. */
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
 * Runs `work` while TLS contexts that it makes trust `authorities`; a context keeps the settings from its creation. For
 * code that cannot name an authority for its contexts: the default of the process is changed only during this
 * synchronous call.
 */
export function withAuthorities<T>(authorities: readonly string[] | undefined, work: () => T): T {
  if (authorities === undefined) return work()
  const before = getCACertificates('default')
  setDefaultCACertificates(authorities)
  try {
    return work()
  } finally {
    setDefaultCACertificates(before)
  }
}

type Kind = 'CA' | 'certificate' | 'key'

const CERTIFICATE_HINT = 'give a file of PEM certificates (-----BEGIN CERTIFICATE-----)'
const KEY_HINT = 'give a file with a PEM private key (-----BEGIN PRIVATE KEY-----)'

async function readCertificates(kind: Kind, file: string): Promise<string[]> {
  const pem = await readText(kind, file)
  const certificates = pem.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw unusable(kind, file, 'it holds no PEM certificate', CERTIFICATE_HINT)
  for (const certificate of certificates) parse(kind, file, certificate)
  return [...certificates]
}

function readText(kind: Kind, file: string): Promise<string> {
  return readFile(file, 'latin1').catch((cause: unknown) => {
    throw unusable(kind, file, messageOf(cause), kind === 'key' ? KEY_HINT : CERTIFICATE_HINT, cause)
  })
}

function parse(kind: Kind, file: string, certificate: string): void {
  try {
    new X509Certificate(certificate)
  } catch (cause) {
    throw unusable(kind, file, messageOf(cause), CERTIFICATE_HINT, cause)
  }
}

function unusable(kind: Kind, file: string, why: string, hint: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the ${kind} file ${file} cannot be used: ${why}`, { cause, hint })
}
