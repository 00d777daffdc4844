import { describe, expect, it } from 'vitest'
import { agoFrom, isOverdue } from '../../src/features/emergency-contacts/confirmation.ts'
import { languageChoices, languageName } from '../../src/platform/text/languages.ts'
import { moved, sameItems } from '../../src/features/emergency-contacts/order.ts'
import { relationshipCodes, relationshipGroups } from '../../src/features/emergency-contacts/relationships.ts'
import { contactForm, typedContact, typedFrom } from '../../src/features/emergency-contacts/schema.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { readForm } from '../../src/platform/web/forms.ts'

const right = {
  name: 'Maria Żółć',
  relationship: 'MTH',
  mayBeTold: 'yes',
  phones: [{ type: 'home', number: '601 234 567', hours: 'pn–pt 8–16' }],
}
const read = (fields: object) => readForm(contactForm('2026-11-23', 'PL'), typedContact({ ...right, ...fields }))
const family = '👨‍👩‍👧‍👦'

describe('the form of an emergency contact', () => {
  it('reads what was typed, and gives it back the same', () => {
    const form = read({
      address: ' ul. Długa 1\r\n00-001 Warszawa ',
      language: 'uk',
      email: 'maria@example.org',
      lastConfirmedOn: '2026-11-23',
    })
    const contact = form.ok ? form.data : null
    expect(contact).toEqual({
      name: 'Maria Żółć',
      relationship: 'MTH',
      relationshipText: null,
      phones: [{ type: 'home', number: '+48601234567', typed: '601 234 567', hours: 'pn–pt 8–16' }],
      email: 'maria@example.org',
      address: 'ul. Długa 1\n00-001 Warszawa',
      language: 'uk',
      mayBeTold: true,
      tellNote: null,
      lastConfirmedOn: '2026-11-23',
    })
    expect(readForm(contactForm('2026-11-23', 'PL'), typedContact(typedFrom(contact!)))).toEqual(form)
  })

  it.each([
    ['one letter', 'Ł'],
    ['200 letters', 'ż'.repeat(200)],
    ['200 pictures', '🦊'.repeat(200)],
    ['a picture of several parts', `Mama ${family}`],
    ['an apostrophe', "Siobhán O’Brien-D'Arcy"],
    ['markup', '<script>alert(1)</script>'],
    ['right to left', 'فاطمة الزهراء'],
    ['a formula', '=cmd|/C calc'],
    ['only a nickname in digits', '112'],
  ])('accepts a name of %s', (_kind, name) => {
    const form = read({ name })
    expect(form.ok && form.data.name).toBe(name)
  })

  it.each([
    ['nothing for a name', { name: '' }, 'name', 'emergency-contacts:problems.name'],
    ['spaces and invisible signs for a name', { name: ' \u200b\u2060 ' }, 'name', 'emergency-contacts:problems.name'],
    ['a name of 201 letters', { name: 'ż'.repeat(201) }, 'name', 'problems:too-long'],
    ['a name with NUL', { name: 'Ann\0a' }, 'name', 'problems:invalid'],
    ['a name that is a list', { name: ['a', 'b'] }, 'name', 'emergency-contacts:problems.name'],
    ['no relationship', { relationship: '' }, 'relationship', 'emergency-contacts:problems.relationship'],
    [
      'a relationship nobody offered',
      { relationship: 'BOSS' },
      'relationship',
      'emergency-contacts:problems.relationship',
    ],
    [
      '"other" without words',
      { relationship: 'O' },
      'relationshipText',
      'emergency-contacts:problems.relationship-text',
    ],
    [
      'no answer to whether they may be told',
      { mayBeTold: undefined },
      'mayBeTold',
      'emergency-contacts:problems.may-be-told',
    ],
    ['another answer to that', { mayBeTold: 'perhaps' }, 'mayBeTold', 'emergency-contacts:problems.may-be-told'],
    ['hours without a number', { phones: [{ number: '', hours: '8–16' }] }, 'phones.0.number', 'problems:required'],
    [
      'hours that go on',
      { phones: [{ number: '601234567', hours: 'x'.repeat(101) }] },
      'phones.0.hours',
      'problems:too-long',
    ],
    [
      'a kind of phone that is none',
      { phones: [{ type: 'fax', number: '601234567' }] },
      'phones.0.type',
      'problems:choose',
    ],
    [
      'too many phones',
      { phones: Array.from({ length: 11 }, () => ({ number: '601234567' })) },
      'phones',
      'problems:too-many',
    ],
    ['an e-mail that is none', { email: 'maria@' }, 'email', 'problems:email'],
    ['a language that is none', { language: 'p_l!' }, 'language', 'problems:choose'],
    ['a tag that names no language', { language: 'en-u-ca-gregory' }, 'language', 'problems:choose'],
    ['a day that does not exist', { lastConfirmedOn: '2026-02-30' }, 'lastConfirmedOn', 'problems:date'],
    ['a day in words', { lastConfirmedOn: 'yesterday' }, 'lastConfirmedOn', 'problems:date'],
    ['a day long ago', { lastConfirmedOn: '0001-01-01' }, 'lastConfirmedOn', 'problems:date'],
    ['tomorrow', { lastConfirmedOn: '2026-11-24' }, 'lastConfirmedOn', 'problems:date-in-future'],
  ])('refuses %s, beside its field', (_what, fields, place, message) => {
    expect(read(fields)).toEqual({ ok: false, problems: { [place]: message } })
  })

  it('leaves empty phone rows out and counts the rest as the page shows them', () => {
    const typed = typedContact({ ...right, phones: { 0: { type: 'home', number: ' ' }, 7: { hours: 'pn' } } })
    expect(typed.phones).toMatchObject([{ type: 'mobile', number: '', hours: 'pn' }])
    expect(readForm(contactForm('2026-11-23', 'PL'), typed)).toEqual({
      ok: false,
      problems: { 'phones.0.number': 'problems:required' },
    })
  })

  it('takes nothing else from a request', () => {
    expect(Object.keys(typedContact({ ...right, rank: 1, settings: {}, __proto__: { x: 1 } })).sort()).toEqual(
      Object.keys(typedContact({})).sort(),
    )
  })
})

describe('a confirmation', () => {
  it.each([
    ['2026-11-23', 0, 'day'],
    ['2026-11-22', -1, 'day'],
    ['2026-11-08', -2, 'week'],
    ['2026-08-24', -2, 'month'],
    ['2026-05-23', -6, 'month'],
    ['2024-11-23', -2, 'year'],
  ])('of %s was %i %s ago', (day, value, unit) => {
    const ago = agoFrom(day, '2026-11-23')
    expect(ago.unit).toBe(unit)
    expect(ago.value + 0).toBe(value)
  })

  it.each([
    [null, '2026-11-23', true],
    ['2026-05-23', '2026-11-23', false],
    ['2026-05-22', '2026-11-23', true],
    ['2026-02-28', '2026-08-31', false],
    ['2026-02-27', '2026-08-31', true],
  ])('of %s is too old on %s: %s', (day, today, overdue) => {
    expect(isOverdue(day, today, 6)).toBe(overdue)
  })
})

describe('the order', () => {
  it('changes by one place, and not at all at its ends', () => {
    expect(moved(['a', 'b', 'c'], 'c', 'up')).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b', 'c'], 'a', 'down')).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 'a', 'up')).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 'c', 'down')).toEqual(['a', 'b', 'c'])
  })

  it('is of the same items only when each is there once', () => {
    expect(sameItems(['a', 'b'], ['b', 'a'])).toBe(true)
    expect(sameItems(['a', 'b'], ['b', 'b'])).toBe(false)
    expect(sameItems(['a', 'b'], ['b'])).toBe(false)
    expect(sameItems(['a', 'b'], ['b', 'c'])).toBe(false)
  })
})

describe('words for people', () => {
  it.each(['pl', 'en'] as const)('name every relationship and group in %s, none of them twice', language => {
    const t = loadTranslations().to(language)
    const names = relationshipCodes.map(code => t(`emergency-contacts:relationship.${code}`))
    expect(names.filter(name => name.includes('relationship.'))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(relationshipCodes).size).toBe(relationshipCodes.length)
    for (const group of Object.keys(relationshipGroups))
      expect(t(`emergency-contacts:relationshipGroup.${group}`)).not.toContain('.')
  })

  it.each(['pl', 'en'])('name every language in %s', language => {
    const options = languageChoices(language, ['gsw', 'p_l!'])
    expect(options.filter(({ value, text }) => value === text)).toEqual([])
    expect(options.map(({ value }) => value)).toContain('gsw')
    expect(new Set(options.map(({ value }) => value)).size).toBe(options.length)
  })

  it('do not offend', () => {
    expect(languageName('rom', 'pl')).toBe('romski')
  })
})
