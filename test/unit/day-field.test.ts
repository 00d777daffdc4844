import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { logForm } from '../../src/features/audit-log/schema.ts'
import { clientForm } from '../../src/features/clients/schema.ts'
import { contactForm, typedContact } from '../../src/features/emergency-contacts/schema.ts'
import { findForm } from '../../src/features/restricted-records/schema.ts'

const today = '2026-12-01'
const contact = { name: 'Maria', relationship: 'MTH', mayBeTold: 'yes' }
const emergency = { sought: 'Nowak', reason: 'emergency', details: 'x' }

/** Every field of every form in which a date is typed, and whether a part of a date will do. */
const fields: [string, boolean, (typed: string) => { success: boolean; data?: unknown }][] = [
  ['birthDate', true, typed => clientForm(today, 'PL').safeParse({ familyName: 'Nowak', birthDate: typed })],
  ['deceasedOn', false, typed => clientForm(today, 'PL').safeParse({ familyName: 'Nowak', deceasedOn: typed })],
  [
    'lastConfirmedOn',
    false,
    typed => contactForm(today, 'PL').safeParse(typedContact({ ...contact, lastConfirmedOn: typed })),
  ],
  ['birthDate', true, typed => findForm.safeParse({ ...emergency, birthDate: typed })],
  ['from', false, typed => logForm.safeParse({ from: typed })],
  ['to', false, typed => logForm.safeParse({ to: typed })],
]

describe.each(fields)('%s', (name, partial, read) => {
  it.each([
    ['1983-11-14', '1983-11-14'],
    ['14.11.1983', '1983-11-14'],
    ['14/11/1983', '1983-11-14'],
    ['14 11 1983', '1983-11-14'],
    ['14.XI.1983', '1983-11-14'],
    ['14 listopada 1983', '1983-11-14'],
    [' 14 Nov 1983 ', '1983-11-14'],
  ])('takes %s', (typed, day) => {
    expect(read(typed)).toMatchObject({ success: true, data: { [name]: day } })
  })

  it.each(['11.1983', '1983'])(`${partial ? 'takes' : 'refuses'} %s, known in part`, typed => {
    expect(read(typed).success).toBe(partial)
  })

  it.each(['31.02.1983', 'yesterday', '1.2.3', '14111983'])('refuses %s', typed => {
    expect(read(typed).success).toBe(false)
  })

  it('may be left empty', () => {
    expect(read('').success).toBe(true)
  })
})

it('no page asks for a date in the way of the browser', () => {
  const views = readdirSync('views', { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ejs'))
  expect(views.filter(path => /type: 'date'|type="date"/.test(readFileSync(join('views', path), 'utf8')))).toEqual([])
})
