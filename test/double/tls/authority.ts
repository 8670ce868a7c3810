import { generate } from 'selfsigned'

/** PEM texts of a certificate and its private key. */
export interface Issued {
  readonly cert: string
  readonly key: string
}

/** What a certificate is for, and when; good from yesterday until tomorrow where it is not said. */
export interface Wanted {
  /** Names and addresses of a server. */
  readonly names?: readonly string[]
  readonly from?: Date
  readonly to?: Date
}

/** An authority of a test's own. */
export interface Authority {
  readonly cert: string
  issue(name: string, wanted?: Wanted): Promise<Issued>
}

const DAY_MS = 86_400_000
const IP = 7
const DNS = 2

/** Makes one; who trusts it trusts nobody but this test. */
export async function authority(name = 'an authority of a test'): Promise<Authority> {
  const own = await made(name, {}, { extensions: [{ name: 'basicConstraints', cA: true, critical: true }] })
  const ca = { key: own.key, cert: own.cert }
  return { cert: own.cert, issue: (subject, wanted = {}) => made(subject, wanted, { ca, ...named(wanted) }) }
}

type Options = NonNullable<Parameters<typeof generate>[1]>

async function made(name: string, { from, to }: Wanted, more: Options): Promise<Issued> {
  const now = Date.now()
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from ?? new Date(now - DAY_MS),
    notAfterDate: to ?? new Date(now + DAY_MS),
    ...more,
  })
  return { cert, key }
}

function named({ names = [] }: Wanted): Options {
  const altNames = names.map((one) =>
    /^[\d.]+$/.test(one) ? { type: IP, ip: one } : { type: DNS, value: one },
  ) as { type: 2 | 7 }[]
  const extensions: Options['extensions'] = [{ name: 'basicConstraints', cA: false }]
  return {
    extensions: altNames.length === 0 ? extensions : [...extensions, { name: 'subjectAltName', altNames }],
  }
}
