import { copyFile, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenForMetrics } from '../../src/http/metrics-listener.ts'
import { installationId } from '../../src/platform/actor.ts'
import { ensureSelfSigned } from '../../src/platform/tls/self-signed.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

const dayMs = 24 * 60 * 60_000
/** What is shown of the system is kept for five seconds. */
const freshMs = 5_000

let ostoja: Ostoja
let metrics: Awaited<ReturnType<typeof listenForMetrics>>
let files: { certFile: string; keyFile: string }
const logged: string[] = []

beforeAll(async () => {
  const logTo = { write: (line: string) => void logged.push(line) }
  const env = {
    LOG_LEVEL: 'error',
    BACKUP_S3_ENDPOINT: 'http://store.test',
    UNVERIFIED_HOSTS: 'store.test,unused.test',
  }
  ostoja = await startOstoja({ env, logTo })
  files = ostoja.config.tls!
  metrics = await listenForMetrics(ostoja.platform.metrics, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await metrics.close()
  await ostoja.close()
})

const page = async (path: string) => (await (await ostoja.signedIn(installationId, ['operator'])).get(path)).text
const rowOf = (text: string) => text.split('<tr>').find(row => row.includes('Website certificate')) ?? ''
const rowLater = async () => {
  ostoja.skip(freshMs + 1)
  return rowOf(await page('/system'))
}
const collected = async () => (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
const until = () => ostoja.platform.certificate!.standing().validTo
const attention = 'The website certificate needs attention'

describe('the certificate of the pages, at the desk', () => {
  it('is right while it lasts, with the day it ends on', async () => {
    const row = rowOf(await page('/system'))
    expect(row).toContain('Working')
    expect(row).toContain(`Valid until ${until().toISOString().slice(0, 10)}`)
    const text = await collected()
    expect(text).toContain(`ostoja_certificate_expires_seconds ${until().getTime() / 1000}`)
    expect(text).toContain('ostoja_health{part="certificate"} 1')
    expect(await page('/')).not.toContain(attention)
  })

  it('is wrong where what came after it is of no use, and right again when that is mended', async () => {
    const other = await ensureSelfSigned(await mkdtemp(join(ostoja.dataDir, 'other-')))
    await copyFile(other.certFile, files.certFile)
    await ostoja.platform.certificate!.look()
    expect(await rowLater()).toContain('do not belong together')
    expect(await page('/')).toContain(attention)
    expect(await collected()).toContain('ostoja_health{part="certificate"} 0')
    expect(logged.filter(line => line.includes('the new certificate cannot be used'))).toHaveLength(1)

    await copyFile(other.keyFile, files.keyFile)
    await ostoja.platform.certificate!.look()
    expect(await rowLater()).toContain('Working')
  })

  it('is wrong from two weeks before its end, and says how many days are left', async () => {
    ostoja.skip(until().getTime() - Date.now() - 14.5 * dayMs)
    expect(await rowLater()).toContain('Working')
    ostoja.skip(dayMs)
    expect(await rowLater()).toContain('Problem')
    expect(rowOf(await page('/system'))).toContain('Expires in 13 days')
    expect(await page('/')).toContain(attention)
    ostoja.skip(14 * dayMs)
    expect(await rowLater()).toContain('Expired on')
  })
})

describe('connections that nobody vouches for, at the desk', () => {
  it('are named with their settings, those only that are in use', async () => {
    const text = await page('/system')
    expect(text).toContain('Certificates are not checked')
    expect(text).toContain('store.test (BACKUP_S3_ENDPOINT)')
    expect(text).not.toContain('unused.test')
  })
})
