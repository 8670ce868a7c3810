/**
 * A place in a protocol of commits where tests may kill the process: it dies here by SIGKILL where
 * ELYSIACTL_TEST is set and ELYSIACTL_FAILPOINT names the point, `name:N` at the N-th time it is passed.
 * Everywhere else this does nothing.
 */
export function failpoint(name: string): void {
  const { ELYSIACTL_TEST: testing, ELYSIACTL_FAILPOINT: chosen } = process.env
  if (testing === undefined || chosen === undefined) return
  const [point, turn = '1'] = chosen.split(':')
  if (point !== name) return
  passed += 1
  if (passed >= Number(turn)) process.kill(process.pid, 'SIGKILL')
}

let passed = 0
