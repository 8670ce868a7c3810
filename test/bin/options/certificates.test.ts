import t from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { authority } from '../../double/tls/authority.ts'
import { home } from '../elysiactl.ts'

t.test('a client certificate by flag, environment and configuration; never without TLS', async (t) => {
  const [own, other] = await Promise.all([authority('own'), authority('other')])
  const [server, client, stranger] = await Promise.all([
    own.issue('server', { names: ['localhost', '127.0.0.1'] }),
    own.issue('client'),
    other.issue('stranger'),
  ])
  const double = await weaviateDouble({ tls: { ...server, clientsOf: own.cert } })
  const plain = await weaviateDouble()
  t.teardown(() => Promise.all([double.stop(), plain.stop()]))
  const files = {
    'ca.pem': own.cert,
    'cert.pem': client.cert,
    'key.pem': client.key,
    'stranger.pem': stranger.cert,
    'named.yaml': [
      'targets:',
      `  far: { url: "${double.http}", grpc: "${double.grpc}", ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem }`,
      `  near: ${plain.target}`,
      '',
    ].join('\n'),
  }
  const flags = ['--ca-file', 'ca.pem', '--cert-file', 'cert.pem', '--key-file', 'key.pem']
  const { run, directory } = home(t, files)
  const list = ['col', 'ls', '--target', double.target]
  t.match(await run([...list, ...flags]), { code: 0 }, 'flags')
  const mistaken = await run([...list, ...flags.with(3, 'stranger.pem')])
  t.match(mistaken, { code: 2, stderr: /the key in .*key\.pem is not that of the certificate in/ })
  t.match(await run([...list, ...flags.slice(0, 4)]), { code: 2, stderr: /without its key/ })
  t.match(await run([...list, ...flags.slice(0, 2)]), { code: 13, stderr: /hint: .*--cert-file/ })
  const unsafe = await run(['col', 'ls', '--target', plain.target, ...flags])
  t.match(unsafe, { code: 0, stderr: /no client certificate is sent to http:.*without TLS/ })
  t.notMatch(`${mistaken.stderr}${unsafe.stderr}`, /PRIVATE|BEGIN/)
  const variables = { ELYSIACTL_CONFIG: `${directory}/named.yaml` }
  const configured = home(t, files, variables)
  t.match(await configured.run(['col', 'ls', '--target', 'far']), { code: 0 }, 'configuration')
  const copied = await configured.run(['col', 'copy', 'near', 'far', '--all', '--dry-run'])
  t.match(copied, { code: 10, stderr: /collection/ }, 'each target with its own')
})
