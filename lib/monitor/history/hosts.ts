/** The hosts and ports in a target, a separate gRPC address included; none for a file. */
export function hostsOf(target: string): string[] {
  if (!/^https?:\/\//.test(target)) return []
  return target.split(',').flatMap((one) => {
    try {
      const { host, searchParams } = new URL(/^https?:\/\//.test(one) ? one : `http://${one}`)
      const grpc = searchParams.get('grpc')
      return [host, ...(grpc === null || grpc === '' ? [] : [grpc])]
    } catch {
      return []
    }
  })
}
