import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** Words that docs/GLOSSARY.md replaced, each as a pattern. */
const replaced = {
  pl: {
    'klient, not podopieczny': /podopieczn/i,
    'teczka, karta alarmowa or karta przeglądarki, not karta alone':
      /(?<!\p{L})kart(?:a|y|cie|ę|ą|om|ami|ach)?(?!\p{L})(?![ -]alarmow| przeglądarki)/iu,
    'inspektor bezpieczeństwa': /odpowiedzialn\p{L}+ za bezpieczeństwo/iu,
    'kontakt alarmowy, eksport awaryjny, zestaw odzyskiwania': /ratunkow|eksport\p{L}* alarmow/iu,
    'link, not odnośnik': /odnośnik/i,
  },
  en: {
    'email, not e-mail': /e-mail/i,
    'fix, not mend': /\bmend/i,
    'anyone who, not whoever': /\bwhoever\b/i,
  },
}

const sentences = (language: string) =>
  readdirSync(`locales/${language}`).flatMap(file =>
    readFileSync(`locales/${language}/${file}`, 'utf8')
      .split('\n')
      .flatMap(line => [...line.matchAll(/^\s*"[^"]+": "(.*)",?$/g)].map(([, text]) => `${file}: ${text}`)),
  )

describe('the catalogues use one word for one thing', () => {
  for (const [language, patterns] of Object.entries(replaced))
    for (const [rule, pattern] of Object.entries(patterns))
      it(`${language}: ${rule}`, () => {
        expect(sentences(language).length).toBeGreaterThan(1000)
        expect(sentences(language).filter(text => pattern.test(text))).toEqual([])
      })
})
