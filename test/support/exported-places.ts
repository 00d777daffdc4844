import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExportReader, exportWords } from '../../src/composition/emergency-export.ts'
import { formatOf, type FormatName } from '../../src/features/exports/formats/formats.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import type { ExportedClient } from '../../src/features/exports/index.ts'
import type { Rule } from '../../src/safe-to-contact/rules.ts'
import { sampleManifest } from './export-samples.ts'
import { launchBrowser } from './browser.ts'
import type { Ostoja } from './ostoja.ts'
import { goTo, offlinePage, unlock, writeViewer } from './viewer-pages.ts'

/** What an export of a tenant holds, before it is sealed. */
export const exportedAs = async (ostoja: Ostoja, actor: Actor, name: FormatName): Promise<string> => {
  const format = formatOf(name, sampleManifest(), exportWords(loadTranslations()), 'en')
  let text = format.begin()
  let index = 0
  for await (const batch of exported(ostoja, actor)) for (const client of batch) text += format.client(client, index++)
  return text + format.end()
}

/** The card of the one client of a tenant, as the viewer shows it in a browser without a network. */
export const cardInViewer = async (ostoja: Ostoja, actor: Actor): Promise<string> => {
  const browser = await launchBrowser()
  const folder = await mkdtemp(join(tmpdir(), 'ostoja-places-'))
  try {
    const file = await writeViewer(folder, 'export.html', exported(ostoja, actor))
    const { page } = await offlinePage(browser, { locale: 'en-GB' })
    await goTo(page, file)
    await page.waitForSelector('#passphrase')
    await unlock(page)
    await page.click('.results button')
    await page.waitForSelector('.person h1')
    return (await page.innerText('.person')).replaceAll(/\s+/g, ' ')
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const exported = ({ features }: Ostoja, actor: Actor): AsyncIterable<ExportedClient[]> =>
  createExportReader({
    ...features,
    contacts: features.emergencyContacts,
    restricted: features.restricted.restrictions.among,
  })(actor, { withHidden: false, groupIds: [], language: 'en' })

/** Folded lines made whole, and signs as they are meant (RFC 2426). */
export const unfolded = (vcards: string): string =>
  vcards
    .replaceAll('\r\n ', '')
    .replaceAll('\\n', '\n')
    .replaceAll(/\\([\\;,])/g, '$1')

/** How the payload of the viewer holds a rule. */
export const inJson = (rule: Rule): string => {
  switch (rule.code) {
    case 'known-by':
      return `"knownBy":${JSON.stringify(rule.who)}`
    case 'do-not-call':
      return `"doNotCallBetween":[${JSON.stringify(rule.between)}]`
    case 'reachable':
      return `"reachable":${JSON.stringify(rule.times)}`
    case 'wrong-number':
      return `"wrongSince":"${rule.since}"`
    default:
      return permission(rule.code, (name, value) => `"${name}":"${value}"`)
  }
}

/** How FHIR holds a rule: as a part of the extension of its telephone. */
export const inFhir = (rule: Rule): string => {
  const part = (url: string, kind: string, value: string) => `{"url":"${url}","${kind}":${JSON.stringify(value)}}`
  const times = ({ from, to }: { from: string; to: string }) =>
    [part('from', 'valueTime', `${from}:00`), part('to', 'valueTime', `${to}:00`)].join(',')
  switch (rule.code) {
    case 'known-by':
      return part('knownBy', 'valueString', rule.who)
    case 'do-not-call':
      return `{"url":"doNotCallBetween","extension":[${times(rule.between)}]}`
    case 'reachable':
      return rule.times
        .map(time => [...time.daysOfWeek.map(day => part('daysOfWeek', 'valueCode', day)), times(time)].join(','))
        .join(',')
    case 'wrong-number':
      return part('wrongSince', 'valueDate', rule.since)
    default:
      return permission(rule.code, (name, value) => part(name, 'valueCode', value))
  }
}

/** 'voicemail-not-allowed' says that `voicemail` is `not_allowed`. */
const permission = (code: string, say: (name: string, value: string) => string): string => {
  const [name = '', ...value] = code.split('-')
  return say(name, value.join('_'))
}
