import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemActor, type Actor } from '../../src/platform/actor.ts'
import { inDatabase } from '../support/backups.ts'
import { newClient } from '../support/clients.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

type Person = Awaited<ReturnType<Ostoja['signedIn']>>

const familyName = 'Przepiórkowska'

let ostoja: Ostoja
let tenantId: string
let named: Person
let colleague: Person

const actorOf = ({ account }: Person): Actor => ({ tenantId, accountId: account.id, roles: ['staff'] })
const restrict = (id: string) =>
  ostoja.features.restricted.restrictions.restrict(actorOf(named), id, {
    people: [named.account.id],
    note: 'brat partnera',
  })

beforeAll(async () => {
  ostoja = await startOstoja()
  tenantId = await ostoja.newTenant('Shelter')
  named = await ostoja.signedIn(tenantId, ['staff'])
  colleague = await ostoja.signedIn(tenantId, ['staff'])
  const person = { givenNames: 'Bogumiła', familyName, birthDate: '1990-02-03', fileNumber: 'T-7' }
  expect(await restrict(await newClient(ostoja, actorOf(named), person))).toBe('kept')
})
afterAll(() => ostoja.close())

describe('an import, where records are restricted', () => {
  const filler = Array.from({ length: 1999 }, (_, n) => `Z-${n};Ala;Nowak${n};`)
  /** One row with the name and birth date of the restricted client, one with the file number; so many that the worker reads them. */
  const file = [
    'Nr teczki;Imię;Nazwisko;Data ur.',
    `;Bogumiła;${familyName};3.02.1990`,
    'T-7;Bogumiła Maria;Przepiórkowska;',
    ...filler,
  ]

  const isDone = async (person: Person, path: string) =>
    ((await person.get(`${path}/progress`)).body as { done: boolean }).done
  const counted = async (person: Person) => {
    const path = await columnsChosen(person, file.join('\n'))
    await until('the worker has counted', () => isDone(person, path))
    const [row] = await inDatabase<{ counts: object }>(
      ostoja.database.adminUrl,
      `select planned -> 'counts' as counts from imports where id = '${path.split('/').pop()!}'`,
    )
    return row!.counts
  }
  const columnsChosen = async (person: Person, content: string) => {
    const { imports } = ostoja.features
    const uploaded = await person.upload('/imports', 'file', Buffer.from(content), 'people.csv', '/imports')
    const path = String(uploaded.headers.location)
    const id = path.split('/').pop()!
    await imports.chooseColumns(actorOf(person), id, (await imports.columns(actorOf(person), id)).reading)
    return path
  }

  it('counts a restricted record in its preview only for who may see it, also where the worker counts', async () => {
    expect(await counted(colleague)).toEqual({ new: 2001, changed: 0, unchanged: 0, refused: 0 })
    expect(await counted(named)).toEqual({ new: 1999, changed: 1, unchanged: 0, refused: 0, undecided: 1 })
  })

  it('meets a restricted record with a row that was fixed only for who may see it', async () => {
    const { imports } = ostoja.features
    const fixed = async (person: Person) => {
      const path = await columnsChosen(person, `Imię;Nazwisko;Data ur.\nBogumiła;${familyName};kiedyś\n`)
      const id = path.split('/').pop()!
      const { rows } = await imports.fixable(actorOf(person), id, { show: 'refused', after: 0 })
      const { row, seen } = rows[0]!
      const cells = { 0: 'Bogumiła', 1: familyName, 2: '3.02.1990' }
      const posted = { [row.id]: { seen, leaveOut: false, cells } }
      await imports.checkAgain(actorOf(person), id, { show: 'refused', rows: posted })
      return (await imports.view(actorOf(person), id)).planned.counts
    }
    expect(await fixed(colleague)).toEqual({ new: 1, changed: 0, unchanged: 0, refused: 0 })
    expect(await fixed(named)).toEqual({ new: 0, changed: 0, unchanged: 0, refused: 0, undecided: 1 })
  })

  it('taken back by the worker leaves whom its asker may no longer see, told apart by nothing from who was changed', async () => {
    const path = await columnsChosen(colleague, 'Nr teczki;Imię\nB-1;Ewa\nB-2;Jan\nB-3;Iga\n')
    await colleague.post(`${path}/start`, {}, path)
    await until('the import is done', () => isDone(colleague, path))
    const { clients, imports } = ostoja.features
    const [hidden] = (await clients.search(actorOf(named), 'B-2')).hits
    expect(await restrict(hidden!.id)).toBe('kept')

    const id = path.split('/').pop()!
    const asked = JSON.stringify({ takenBackBy: colleague.account.id })
    await inDatabase(
      ostoja.database.adminUrl,
      `update imports set state = 'taking-back', result = result || '${asked}' where id = '${id}'`,
    )
    await imports.work.takeBack(systemActor(tenantId), id)
    expect((await clients.view(actorOf(named), hidden!.id)).profile.fileNumber).toBe('B-2')
    expect((await imports.view(actorOf(colleague), id)).result.takenBack).toEqual({ removed: 2, reverted: 0, kept: 1 })
    expect((await colleague.get(path)).text).toContain('left as they are now')
  })
})
