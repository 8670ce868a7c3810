/** Some servers hang up without a message. */
export const ASKS_FOR_CERTIFICATE =
  'a server that asks for a client certificate hangs up without one that it knows: --cert-file and --key-file name one'

/** Messages of OpenSSL and Node about a failed TLS connection, and what to do; the first match counts. */
const HINTS: readonly (readonly [text: RegExp, hint: string])[] = [
  [
    /protocol version|unsupported protocol/i,
    'the server speaks only a TLS older than 1.2, which is not spoken here: it needs a newer one',
  ],
  [
    /certificate required|handshake failure|bad certificate|unknown ca\b|certificate unknown|(?:ssl|tls)\S* alert\b|alert number|_ALERT_/i,
    'the server asks for a client certificate that it knows: --cert-file and --key-file name one',
  ],
  [
    /has expired|not yet valid|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/i,
    'the certificate of the server is not valid today: it needs a new one; is the clock of this machine right?',
  ],
  [
    /altname|Hostname|does not match/i,
    'the certificate of the server is for other names: reach it by one of them',
  ],
  [
    /wrong version number|packet length too long/i,
    'no TLS is spoken there: is it https, and the right port?',
  ],
]

const AUTHORITY = 'is it https, and is its authority trusted? --ca-file names one more'

/** The hint for a failed TLS connection, according to its message. */
export function tlsHint(why: string): string {
  return HINTS.find(([text]) => text.test(why))?.[1] ?? AUTHORITY
}
