import { type Check, loadAuto, pluralize, type Section } from '../../library.ts'
import { expectationsOf } from '../../monitor.ts'
import { alertSettingsOf } from '../../observers/alertSettings.ts'
import { optionWords } from '../auto/words.ts'
import type { Context } from '../command.ts'
import { faultOf } from './fault.ts'

/** Checks the sections of the configuration that are not options. */
export async function sectionChecks({ settings, commands }: Context): Promise<Check[]> {
  const readers: Readonly<Record<Section['name'], (section: Section) => Promise<string>>> = {
    auto: async (section) => {
      const { readPolicies } = await loadAuto()
      const policies = await readPolicies(section, (words, options, file) =>
        optionWords(commands, words, options, file),
      )
      return pluralize(policies.length, 'policy', 'policies')
    },
    alerts: async () => {
      await alertSettingsOf(settings)
      return 'rules and sinks'
    },
    expect: async () => {
      const expectations = await expectationsOf(settings)
      return pluralize(expectations.length, 'expectation')
    },
  }
  const looks = settings.sections.map(async (section): Promise<Check> => {
    const check = { area: 'configuration', subject: `${section.name} of ${section.origin}` } as const
    try {
      return { ...check, level: 'ok', fact: await readers[section.name](section) }
    } catch (error) {
      return faultOf(check, error)
    }
  })
  return Promise.all(looks)
}
