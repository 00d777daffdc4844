import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readForm } from '../../src/platform/web/forms.ts'
import { recordedRules } from '../../src/safe-to-contact/rules.ts'
import { ruleFields, rulesToKeep } from '../../src/safe-to-contact/schema.ts'
import { saysNothingTyped, typedFromRules, typedRules } from '../../src/safe-to-contact/typed.ts'

const rulesForm = z.object(ruleFields).transform(recordedRules)
const read = (row: object) => readForm(rulesForm, typedRules(row))

describe('the form of rules', () => {
  it('says nothing as it comes, and nothing is then kept', () => {
    const untouched = { number: '', voicemail: 'unknown', text: 'unknown', doNotCallBetween: [{ from: '', to: '' }] }
    expect(saysNothingTyped(typedRules(untouched))).toBe(true)
    expect(saysNothingTyped(typedRules({}))).toBe(true)
    expect(read(untouched)).toEqual({ ok: true, data: {} })
  })

  it('reads every rule, and shows it again as it was', () => {
    const rules = {
      voicemail: 'not_allowed',
      text: 'allowed',
      knownBy: 'mąż',
      doNotCallBetween: [
        { from: '22:00', to: '06:00' },
        { from: '', to: '' },
      ],
      reachable: [
        { daysOfWeek: ['tue', 'mon'], from: '8:00', to: '16' },
        { daysOfWeek: ['sat'], from: '', to: '' },
        { from: '', to: '' },
      ],
      wrongSince: '2026-11-20',
      wrongNumber: '500 000 123',
      number: '500000123',
    }
    const form = read(rules)
    expect(form).toEqual({
      ok: true,
      data: {
        voicemail: 'not_allowed',
        text: 'allowed',
        knownBy: 'mąż',
        doNotCallBetween: [{ from: '22:00', to: '06:00' }],
        reachable: [
          { daysOfWeek: ['mon', 'tue'], from: '08:00', to: '16:00' },
          { daysOfWeek: ['sat'], from: '00:00', to: '00:00' },
        ],
        wrongSince: '2026-11-20',
      },
    })
    expect(form.ok && readForm(rulesForm, typedFromRules(form.data, rules.number))).toEqual(form)
  })

  it('takes a number that was corrected for a wrong one no longer', () => {
    const flagged = { wrongSince: '2026-11-20', wrongNumber: '500 000 123' }
    const saved = (row: object, isSame: boolean) => {
      const kept = z.object(ruleFields).transform((rules, context) => rulesToKeep(rules, () => isSame, context))
      return readForm(kept, typedRules(row))
    }
    expect(saved(flagged, false)).toEqual({ ok: true, data: {} })
    expect(saved(flagged, true)).toEqual({ ok: true, data: { wrongSince: '2026-11-20' } })
    expect(saved({ ...flagged, wrongNumber: '' }, false)).toEqual({ ok: true, data: { wrongSince: '2026-11-20' } })
    expect(saved({ ...flagged, wrongSince: undefined }, true)).toEqual({ ok: true, data: {} })
  })

  it('is empty without the number that a flag is of, not without the one that is flagged now', () => {
    expect(saysNothingTyped(typedRules({ wrongSince: '2026-11-20', wrongNumber: '500 000 123' }))).toBe(true)
    expect(saysNothingTyped(typedRules({ wrongSince: '2026-11-20' }))).toBe(false)
  })

  it.each([
    ['half a range', { doNotCallBetween: [{ from: '22:00', to: '' }] }, 'doNotCallBetween.0.to', 'problems:required'],
    ['the other half', { reachable: [{ from: '', to: '06:00' }] }, 'reachable.0.from', 'problems:required'],
    [
      'no time of day',
      { doNotCallBetween: [{ from: '25:00', to: '06:00' }] },
      'doNotCallBetween.0.from',
      'safe-to-contact:problem.time',
    ],
    ['no permission', { voicemail: 'perhaps' }, 'voicemail', 'problems:choose'],
    [
      'no day',
      { reachable: [{ daysOfWeek: ['someday'], from: '1', to: '2' }] },
      'reachable.0.daysOfWeek.0',
      'problems:choose',
    ],
    ['a novel', { knownBy: 'ż'.repeat(201) }, 'knownBy', 'problems:too-long'],
    ['a sign nobody types', { knownBy: 'a\0b' }, 'knownBy', 'problems:invalid'],
    [
      'a timetable',
      { doNotCallBetween: Array.from({ length: 8 }, () => ({ from: '1', to: '2' })) },
      'doNotCallBetween',
      'problems:too-many',
    ],
  ])('refuses %s', (_what, row, place, problem) => {
    expect(read(row)).toEqual({ ok: false, problems: { [place]: problem } })
  })
})

describe('when somebody answers', () => {
  const kept = z.object(ruleFields).transform((rules, context) => rulesToKeep(rules, () => true, context))
  const answered = (row: object) => readForm(kept, typedRules(row))
  const morning = { daysOfWeek: [], from: '08:00', to: '12:00' }
  const wholeDay = { daysOfWeek: [], from: '00:00', to: '00:00' }

  it.each([
    ['nothing, as the form comes', { availability: 'not-stated' }, {}],
    ['any time', { availability: 'any-time' }, { reachable: [wholeDay] }],
    ['hours', { availability: 'hours', reachable: [{ from: '8', to: '12' }] }, { reachable: [morning] }],
    ['hours, sent by an older form', { reachable: [{ from: '8', to: '12' }] }, { reachable: [morning] }],
    [
      'the hours suggested from the note',
      { availability: 'suggested', suggestedFrom: 'only before noon', hours: ' only before noon' },
      { reachable: [morning] },
    ],
    [
      'any time, suggested',
      { availability: 'suggested', suggestedFrom: 'całą dobę', hours: 'całą dobę' },
      { reachable: [wholeDay] },
    ],
    [
      'a whole day, suggested',
      { availability: 'suggested', suggestedFrom: 'sob 24h', hours: 'sob 24h' },
      { reachable: [{ ...wholeDay, daysOfWeek: ['sat'] }] },
    ],
  ])('keeps %s', (_what, row, data) => {
    const form = answered(row)
    expect(form).toEqual({ ok: true, data })
    expect(form.ok && readForm(kept, typedFromRules(form.data, ''))).toEqual(form)
  })

  it.each([
    ['hours without any', { availability: 'hours' }, 'safe-to-contact:problem.hours-missing'],
    [
      'hours under another answer',
      { availability: 'not-stated', reachable: [{ from: '8', to: '12' }] },
      'safe-to-contact:problem.hours-unchosen',
    ],
    [
      'a suggestion that there was not',
      { availability: 'suggested', suggestedFrom: 'evenings', hours: 'evenings' },
      'problems:choose',
    ],
    [
      'the suggestion of a note that was changed',
      { availability: 'suggested', suggestedFrom: 'only before noon', hours: 'after 17' },
      'safe-to-contact:problem.note-changed',
    ],
    [
      'the suggestion of a note that was taken out',
      { availability: 'suggested', suggestedFrom: 'only before noon', hours: '' },
      'safe-to-contact:problem.note-changed',
    ],
  ])('refuses %s', (_what, row, availability) => {
    expect(answered(row)).toEqual({ ok: false, problems: { availability } })
  })
  it.each([
    ['every day', { from: '16:00', to: '16:00' }],
    ['every day, written in two ways', { from: '16', to: '16:00' }],
    ['at midnight', { from: '00:00', to: '00:00' }],
    ['on a day', { from: '16:00', to: '16:00', daysOfWeek: ['sat'] }],
  ])('refuses the same time twice: %s', (_when, row) => {
    expect(answered({ availability: 'hours', reachable: [row] })).toEqual({
      ok: false,
      problems: { 'reachable.0.to': 'safe-to-contact:problem.same-time' },
    })
  })

  it('shows recorded whole days as days without hours, and keeps them', () => {
    const sundays = typedFromRules({ reachable: [{ daysOfWeek: ['sun'], from: '16:00', to: '16:00' }] }, '')
    expect(sundays.reachable).toEqual([{ daysOfWeek: ['sun'], from: '', to: '' }])
    expect(readForm(kept, sundays)).toEqual({ ok: true, data: { reachable: [{ ...wholeDay, daysOfWeek: ['sun'] }] } })
  })
})
