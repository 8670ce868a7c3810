/** The hosts and ports that a target names; none for a file. Its gRPC address is one of them where it is named. */
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
