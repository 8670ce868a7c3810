import t from 'tap'
import { parsePeriod, periodFault } from '../../lib/core/duration.ts'
import { guessPeriod, guessTarget } from '../../lib/core/suggest.ts'
import { parseTarget } from '../../lib/store/target.ts'

t.test('a host or a file that is given as a target is the address it most likely is', async (t) => {
  const meant: [typed: string, guess: string][] = [
    ['localhost', 'http://localhost:8080'],
    ['localhost:9090', 'http://localhost:9090'],
    ['10.0.0.7', 'http://10.0.0.7:8080'],
    ['weaviate.example.com', 'http://weaviate.example.com:8080'],
    ['htp://weaviate:8080/v1', 'http://weaviate:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['abc.c0.europe.gcp.weaviate.cloud', 'https://abc.c0.europe.gcp.weaviate.cloud'],
    ['x.db', 'sqlite:x.db'],
    ['/var/lib/code.sqlite', 'sqlite:/var/lib/code.sqlite'],
    ['file:x.db', 'sqlite:x.db'],
  ]
  for (const [typed, guess] of meant) {
    t.equal(guessTarget(typed), guess, typed)
    t.doesNotThrow(() => parseTarget(guess), guess)
  }
})

t.test('what could be anything is guessed as nothing, nor is what may hold a secret', async (t) => {
  for (const typed of ['office', '', 'a b', 'user:secret@host:80', 'ftp://me:pw@host', 'a,b']) {
    t.equal(guessTarget(typed), undefined, typed)
  }
  for (const typed of ['', 'soon', '1.5d', '-3', '1d2']) t.equal(guessPeriod(typed), undefined, typed)
})

t.test('a number, a week or a word for a unit is the period it most likely is', async (t) => {
  const meant: [typed: string, guess: string][] = [
    ['30', '30d'],
    ['2w', '14d'],
    ['3 months', '3m'],
    ['1year', '1y'],
    ['36hours', '36h'],
    ['30D', '30d'],
  ]
  for (const [typed, guess] of meant) {
    t.equal(guessPeriod(typed), guess, typed)
    t.doesNotThrow(() => parsePeriod(guess, '--older-than'), guess)
    t.match(periodFault(typed), `did you mean ${guess}?`)
  }
  t.equal(periodFault('2y5m7d3h'), undefined)
  t.match(periodFault('1d1d'), /each once$/)
})
