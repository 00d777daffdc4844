import { readFileSync } from 'node:fs'
import type { Language, Translate, Translations } from '../../platform/i18n/translations.ts'
import { codeOf, inParts } from './codes.ts'

export type Sheet = {
  name: string
  madeAt: Date
  /** The day of it where the kit is made. */
  madeOn: string
  /** Where people sign in, or null where it is not known. */
  address: string | null
  /** The armored age file. */
  kit: string
  hasBackupIdentity: boolean
  share: { text: string; number: number; count: number; threshold: number } | null
}

const style = readFileSync(new URL('sheet.css', import.meta.url), 'utf8')
const languages = ['pl', 'en'] as const

/** A sheet of A4 in both languages that stands alone: no script, no network, everything in the one file. */
export const sheetOf = async (sheet: Sheet, translations: Translations): Promise<string> => {
  const parts = inParts(sheet.kit)
  const codes = await Promise.all(parts.map(codeOf))
  const share = sheet.share ? await codeOf(sheet.share.text) : null
  const say = (key: string, values: Record<string, unknown> = {}) =>
    languages.map(language => `<span lang="${language}">${escape(translations.to(language)(key, values))}</span>`)
  const both = (key: string, values: Record<string, unknown> = {}) =>
    say(key, values).join(' <span aria-hidden="true">·</span> ')

  return `<!doctype html>
<html lang="pl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(sheet.name)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="brand">Ostoja</p>
<h1>${both(sheet.share ? 'recovery-kits:title.share' : 'recovery-kits:title.kit', sheet.share ?? {})}</h1>
<p class="facts"><strong translate="no">${escape(sheet.name)}</strong>${sheet.address ? `<span translate="no">${escape(sheet.address)}</span>` : ''}<time datetime="${sheet.madeAt.toISOString()}">${sheet.madeOn}</time></p>
</header>
${
  sheet.share && share
    ? `<section class="share"><figure>${share}</figure><div><h2>${both('recovery-kits:share', sheet.share)}</h2><p class="share-text" translate="no">${escape(sheet.share.text)}</p></div></section>`
    : ''
}
<section class="codes">
${codes
  .map(
    (code, index) =>
      `<figure>${code}<figcaption>${both(codes.length > 1 ? 'recovery-kits:code.part' : 'recovery-kits:code.whole', { number: index + 1, count: codes.length })}</figcaption></figure>`,
  )
  .join('\n')}
</section>
<section class="words">
${languages.map(language => instructions(sheet, translations.to(language), language, parts.length)).join('\n')}
</section>
<section class="letters">
<h2>${both('recovery-kits:letters')}</h2>
<pre translate="no">${escape(sheet.kit)}</pre>
</section>
</main>
</body>
</html>
`
}

const instructions = (sheet: Sheet, t: Translate, language: Language, count: number): string => {
  const steps = [
    t('recovery-kits:steps.install'),
    t(count > 1 ? 'recovery-kits:steps.scanAll' : 'recovery-kits:steps.scan'),
    t('recovery-kits:steps.open'),
    t(sheet.share ? 'recovery-kits:steps.shares' : 'recovery-kits:steps.passphrase', sheet.share ?? {}),
    t('recovery-kits:steps.database'),
  ]
  const holds = [
    t('recovery-kits:holds.keys'),
    ...(sheet.hasBackupIdentity ? [t('recovery-kits:holds.backupIdentity')] : []),
  ]
  return `<div lang="${language}">
<h2>${escape(t('recovery-kits:what.title'))}</h2>
<p>${escape([...holds, t(sheet.share ? 'recovery-kits:what.share' : 'recovery-kits:what.kit', sheet.share ?? {})].join(' '))}</p>
<h2>${escape(t('recovery-kits:steps.title'))}</h2>
<ol>${steps.map(step => `<li>${withCommands(escape(step))}</li>`).join('')}</ol>
<p>${withCommands(escape(t(sheet.share ? 'recovery-kits:without.share' : 'recovery-kits:without.kit')))}</p>
</div>`
}

/** What stands between backquotes is to be typed as it is. */
const withCommands = (text: string) =>
  text.replace(/`([^`]+)`/g, (_, command: string) => {
    const words = command.split(' ').map(word => `<span>${word}</span>`)
    return `<code translate="no">${words.join(' ')}</code>`
  })

const escape = (text: string) => text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)
