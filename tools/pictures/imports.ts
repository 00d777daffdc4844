import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'
import { confirm, openConfirm, submit } from './steps.ts'

/** Rows of every kind: new ones, one without a name, a day that is none, a phone that is none, one row twice. */
const sheets: Record<Language, string> = {
  pl: [
    'Numer akt;Imię;Nazwisko;Data urodzenia;Telefon;Adres;Kod pocztowy;Miasto;Uwagi;Rozmiar buta',
    'P-1;Anna;Żółkiewska;12.03.1951;601 202 303;ul. Lipowa 4/2;61-001;Poznań;Mieszka sama;37',
    'P-2;Jan;Kot;1.7.1948;602 303 404;ul. Zielona 12;61-002;Poznań;;43',
    'P-3;Świętosława;Brzęczyszczykiewicz-Wawrzyniakowska;30.11.1938;603 404 505;os. Przyjaźni 8/114;61-003;Poznań;Słabo słyszy;',
    'P-4;;;5.5.1960;;;;;;',
    'P-5;Piotr;Mak;31.02.1970;604 505 606;;;;;41',
    'P-6;Ewa;Sowa;8.9.1975;nie ma;ul. Polna 1;61-004;Poznań;;38',
    'P-1;Anna;Żółkiewska;12.03.1951;601 202 303;ul. Lipowa 4/2;61-001;Poznań;Mieszka sama;37',
    'P-7;Ольга;Шевченко;14.2.1982;605 606 707;ul. Wodna 3;61-005;Poznań;Tłumacz;39',
  ].join('\n'),
  en: [
    'File number,First name,Last name,Date of birth,Phone,Address,Postcode,City,Notes,Shoe size',
    'P-1,Edith,O’Hara,12/03/1951,+44 20 7946 0123,4 Lime Street,LS1 4AP,Leeds,Lives alone,4',
    'P-2,Noah,Birch,01/07/1948,+44 20 7946 0124,12 Green Lane,LS1 4AQ,Leeds,,9',
    'P-3,Persephone,Featherstonehaugh-Cholmondeley,30/11/1938,+44 20 7946 0125,"Flat 114, 8 Friendship Close",LS1 4AR,Leeds,Hard of hearing,',
    'P-4,,,05/05/1960,,,,,,',
    'P-5,Peter,Poppy,31/02/1970,+44 20 7946 0126,,,,,8',
    'P-6,Eve,Owl,08/09/1975,none,1 Field Road,LS1 4AS,Leeds,,5',
    'P-1,Edith,O’Hara,12/03/1951,+44 20 7946 0123,4 Lime Street,LS1 4AP,Leeds,Lives alone,4',
    'P-7,Ольга,Шевченко,14/02/1982,+44 20 7946 0127,3 Water Street,LS1 4AT,Leeds,Interpreter,6',
  ].join('\n'),
}
const names = { pl: 'podopieczni.csv', en: 'residents.csv' } as const

type Upload = string | { name: string; mimeType: string; buffer: Buffer }
const upload = async (page: Page, file: Upload) => {
  await page.goto('/imports')
  await page.setInputFiles('[name="file"]', file)
  await submit(page)
}
const uploadSheet = (page: Page, { language }: Stage) =>
  upload(page, { name: names[language], mimeType: 'text/csv', buffer: Buffer.from(sheets[language]) })

/** The address of an import of which all the steps before this one are done. */
const columns = (page: Page, stage: Stage) =>
  stage.once('import: columns', async () => {
    await uploadSheet(page, stage)
    return new URL(page.url()).pathname.replace(/\/columns$/, '')
  })
const preview = (page: Page, stage: Stage) =>
  stage.once('import: preview', async () => {
    const address = await columns(page, stage)
    await page.goto(`${address}/columns`)
    await submit(page)
    return address
  })
const result = (page: Page, stage: Stage) =>
  stage.once('import: result', async () => {
    const address = await preview(page, stage)
    await page.goto(address)
    await page.locator(`form[action="${address}/start"] button`).click()
    await page.locator('a[href$="refused.csv"]').waitFor()
    await page.locator('#take-back-title').waitFor()
    return address
  })

/** One import, from the file that cannot be read to the batch that is taken back. */
export const importPages: Shot[] = [
  {
    name: 'import-refused',
    view: 'imports/list',
    role: 'staff',
    open: async page => {
      await upload(page, { name: 'sheet.csv', mimeType: 'text/csv', buffer: Buffer.from('PK\x03\x04\x14\0\x06\0') })
    },
  },
  {
    name: 'import-columns',
    view: 'imports/columns',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(`${await columns(page, stage)}/columns`)
    },
  },
  {
    name: 'import-columns-problems',
    view: 'imports/columns',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(`${await columns(page, stage)}/columns`)
      for (const select of await page.locator('select[name^="columns"]').all()) await select.selectOption({ index: 0 })
      await submit(page)
    },
  },
  {
    name: 'import-preview',
    view: 'imports/preview',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(await preview(page, stage))
    },
  },
  {
    name: 'import-fixes',
    view: 'imports/preview',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(await preview(page, stage))
      await page.locator('form[action$="/fixes"] button').click()
    },
  },
  ...(['refused', 'warned'] as const).map((kind): Shot => ({
    name: `import-rows-${kind}`,
    view: 'imports/rows',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(`${await preview(page, stage)}/rows?show=${kind}`)
    },
  })),
  {
    name: 'import-working',
    view: 'imports/working',
    role: 'staff',
    open: async page => {
      await upload(page, 'test/data/synthea-patients.csv')
      await submit(page)
      // Nobody answers how far it is, so that the page stands still for its pictures.
      await page.route('**/progress', () => undefined)
      await page.locator('form[action$="/start"] button').click()
      await page.locator('[data-progress]').waitFor()
    },
  },
  {
    name: 'import-result',
    view: 'imports/result',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto('/imports')
      await page.unrouteAll({ behavior: 'ignoreErrors' })
      await page.goto(await result(page, stage))
    },
  },
  {
    name: 'import-take-back',
    view: 'imports/result',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(await result(page, stage))
      await openConfirm(page, '/take-back')
    },
  },
  {
    name: 'import-taken-back',
    view: 'imports/result',
    role: 'staff',
    open: async (page, stage) => {
      await page.goto(await result(page, stage))
      await confirm(page, '/take-back')
      await page.locator('#take-back-title').waitFor({ state: 'detached' })
    },
  },
  {
    name: 'import-discarded',
    view: 'imports/result',
    role: 'staff',
    open: async (page, stage) => {
      await uploadSheet(page, stage)
      const address = new URL(page.url()).pathname.replace(/\/columns$/, '')
      await confirm(page, '/discard')
      await page.goto(address)
    },
  },
  { name: 'imports-several', view: 'imports/list', role: 'staff', open: '/imports' },
]
