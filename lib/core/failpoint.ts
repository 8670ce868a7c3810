/**
 * A point between the steps of a commit where tests kill the process. If ELYSIACTL_TEST is set and
 * ELYSIACTL_FAILPOINT names the point, the process dies here by SIGKILL; with `name:N`, at the N-th pass; with
 * `name:N:thread`, only the thread ends, by itself. Otherwise this does nothing.
 */
export function failpoint(name: string): void {
  const { ELYSIACTL_TEST: testing, ELYSIACTL_FAILPOINT: chosen } = process.env
  if (testing === undefined || chosen === undefined) return
  const [point, turn = '1', what] = chosen.split(':')
  if (point !== name) return
  passed += 1
  if (passed < Number(turn)) return
  if (what === 'thread') process.exit()
  process.kill(process.pid, 'SIGKILL')
}

let passed = 0
