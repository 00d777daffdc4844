import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

let ostoja: Ostoja
let operator: Awaited<ReturnType<Ostoja['signedIn']>>

beforeAll(async () => {
  ostoja = await startOstoja({ backups: true })
  await ostoja.newTenant()
  operator = await ostoja.signedIn(installationId, ['operator'])
})
afterAll(() => ostoja.close())

const events = (): Promise<string[]> =>
  ostoja.features.db.asTenant({ tenantId: installationId }, async trx => {
    const rows: { action: string }[] = await trx('audit_events')
      .whereLike('action', 'backup.%')
      .orderBy('id')
      .select('action')
    return rows.map(({ action }) => action)
  })
const progress = async () => (await operator.get('/backups/progress')).body as { done: boolean; max?: number }

describe('the page of backups', () => {
  it('asks for one, shows how far it is, and then that it was proven to restore', async () => {
    expect((await operator.get('/backups')).text).toContain('There is no backup yet')
    expect((await operator.post('/backups', {}, '/backups')).status).toBe(303)
    expect(await progress()).toMatchObject({ done: false })
    expect((await operator.get('/backups')).text).toContain('data-progress-url="/backups/progress"')
    await until('it is proven', async () => (await operator.get('/backups')).text.includes('Verified'))
    expect(await progress()).toEqual({ done: true })
  })

  it('hands a backup over only for the password, as it is in the store, and leaves that on record', async () => {
    const [backup] = await ostoja.features.backups.list({ tenantId: installationId, accountId: null, roles: [] })
    const path = `/backups/${backup!.id}/fetch`
    for (const [fields, words] of [
      [{ part: 'data', password: '' }, 'required'],
      [{ part: 'data', password: 'not mine' }, 'not your password'],
      [{ part: 'keys', password: operator.account.password }, 'Choose one'],
    ] as const) {
      const answer = await operator.post(path, fields, path)
      expect([answer.status, answer.text.includes(words)]).toEqual([422, true])
    }
    expect(await events()).toContain('backup.fetch-refused')
    expect(await events()).not.toContain('backup.fetched')

    for (const part of ['manifest', 'data']) {
      const page = await operator.get(path)
      const answer = await operator.agent
        .post(path)
        .type('form')
        .send({ part, password: operator.account.password, _csrf: operator.tokenOf(page.text) })
        .buffer(true)
        .parse((res, done) => {
          const parts: Buffer[] = []
          res.on('data', (piece: Buffer) => parts.push(piece))
          res.on('end', () => done(null, Buffer.concat(parts)))
        })
      const [, name] = /filename="([^"]+)"/.exec(String(answer.headers['content-disposition']))!
      const kept = await readFile(join(ostoja.config.backups.store, name!))
      expect([answer.status, (answer.body as Buffer).equals(kept)]).toEqual([200, true])
    }
    expect((await events()).filter(action => action === 'backup.fetched')).toHaveLength(2)
  })

  it('slows who guesses the password there, and lets the right one through', async () => {
    const [backup] = await ostoja.features.backups.list({ tenantId: installationId, accountId: null, roles: [] })
    const path = `/backups/${backup!.id}/fetch`
    const statuses: number[] = []
    for (let turn = 0; turn < 14; turn++)
      statuses.push((await operator.post(path, { part: 'data', password: `guess ${turn}` }, path)).status)
    expect(statuses.at(-1)).toBe(429)
    const right = await operator.post(path, { part: 'data', password: operator.account.password }, path)
    expect(right.status).toBe(200)
  })

  it('tells Prometheus how old the newest one is, and the start page what is wrong', async () => {
    const text = await ostoja.platform.metrics.text()
    expect(text).toMatch(/^ostoja_backup_age_seconds\{kind="proven"\} \d/m)
    expect(text).toMatch(/^ostoja_backup_right 1$/m)
    ostoja.skip(27 * 60 * 60_000)
    const later = await ostoja.signedIn(installationId, ['operator'])
    expect((await later.get('/')).text).toContain('The newest backup is older than 26 hours')
    expect((await later.get('/backups/nothing/fetch')).status).toBe(404)
  })
})
