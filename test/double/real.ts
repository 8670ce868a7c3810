import type { Address } from './dialogue/ask.ts'

/** The real server that the tests may use: `ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]`. */
export function realServer(): Address | undefined {
  const input = process.env.ELYSIACTL_TEST_WEAVIATE
  if (input === undefined || input === '') return undefined
  const [http = '', port = '50051'] = input.split(',')
  const url = new URL(http)
  return { http: url.origin, grpc: `${url.hostname}:${port}` }
}
