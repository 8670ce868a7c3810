/** Variables that gRPC's library takes for the address of a proxy, and what Node and other programs take for one. */
const GRPC = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const
const ALL = [...GRPC, 'HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'all_proxy']

const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::|\/|$)/i

/**
 * Runs `work` while gRPC's library sees no proxy in the environment. It would take one for the gRPC side alone, also
 * for the loopback: a store is reached by both sides directly, or not at all. A channel keeps what it was made with.
 */
export function withoutProxies<T>(work: () => T): T {
  const before = GRPC.map((name) => [name, process.env[name]] as const)
  for (const name of GRPC) delete process.env[name]
  try {
    return work()
  } finally {
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value
  }
}

/** What to say of an address that cannot be reached, where the environment names a proxy for such. */
export function proxyHint(address: string): string | undefined {
  if (LOOPBACK.test(address)) return undefined
  const name = ALL.find((one) => (process.env[one] ?? '') !== '')
  return name === undefined
    ? undefined
    : `the proxy that ${name} names is not used: stores are reached directly`
}
