import { describe, expect, it } from 'vitest'
import { emptyValues } from '../../src/features/clients/form-values.ts'
import { formPage } from '../../src/features/clients/pages.ts'
import { formChoices } from '../../src/features/emergency-contacts/form-page.ts'
import { readLanguage } from '../../src/features/imports/columns/words.ts'
import { isLanguageCode, languageChoices } from '../../src/platform/text/languages.ts'

describe.each(['pl', 'en'])('languages, to a reader of %s,', reader => {
  const offered = languageChoices(reader)

  it('are the same in the form of a client and in that of a contact', () => {
    const ofClient = formPage({ t: (key: string) => key, language: reader }, [], emptyValues()).choices.languages
    expect(ofClient).toEqual(offered)
    expect(formChoices(reader, ['']).languages).toEqual(offered)
  })

  it('have a name each, and a tag in its usual spelling', () => {
    for (const { value, text } of offered) {
      expect(text).not.toBe(value)
      expect(isLanguageCode(value), value).toBe(true)
    }
    expect(new Set(offered.map(({ text }) => text)).size).toBe(offered.length)
  })

  it('are understood in an imported file by the name that the form gives them', () => {
    expect(offered.map(({ text }) => readLanguage(text))).toEqual(offered.map(({ value }) => value))
  })

  it('that are recorded already are offered besides, and what is no tag is not', () => {
    const more = languageChoices(reader, ['gsw', 'uk', 'p_l!', '']).map(({ value }) => value)
    expect(more.toSorted()).toEqual([...offered.map(({ value }) => value), 'gsw'].toSorted())
  })
})
