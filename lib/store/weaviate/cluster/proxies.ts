/** Variables in which the gRPC library looks for a proxy, and those that Node and other programs use. */
const GRPC = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const
const ALL = [...GRPC, 'HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'all_proxy']

const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::|\/|$)/i

/**
 * Runs `work` while the gRPC library sees no proxy in the environment. It would use one only for gRPC, even for the
 * loopback: a store is reached directly on both sides, or not at all. A channel keeps the settings from its creation.
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

/** The hint for an unreachable address if the environment names a proxy for it. */
export function proxyHint(address: string): string | undefined {
  if (LOOPBACK.test(address)) return undefined
  const name = ALL.find((one) => (process.env[one] ?? '') !== '')
  return name === undefined
    ? undefined
    : `the proxy that ${name} names is not used: stores are reached directly`
}
