// A process of its own that turns keys when it is told to, for tests that kill it: node test/support/turn-keys.ts '{"config":…,"pace":…}'
import { createInterface } from 'node:readline'
import { createFeatures, createPlatform, type Replaced } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'

const { config, pace } = JSON.parse(process.argv[2]!) as { config: Config } & Required<Pick<Replaced, 'pace'>>
const { encryptionKeys } = createFeatures(await createPlatform(config, { pace }))
const silent = () => undefined

const turn = {
  data: (tenantId: string) => encryptionKeys.rotate('data', { tenantId, atOnce: true }),
  index: (tenantId: string) => encryptionKeys.rotate('index', { tenantId }),
  root: () => encryptionKeys.rotateRoot(silent),
  pepper: () => encryptionKeys.rotatePepper(silent),
}

process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [what, tenantId = ''] = line.split(' ')
  await turn[what as keyof typeof turn](tenantId)
  process.stdout.write('done\n')
}
