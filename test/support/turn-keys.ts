// A process of its own that rotates keys when it is told to, for tests that kill it: node test/support/turn-keys.ts '{"config":…,"pace":…}'
import { createInterface } from 'node:readline'
import { createFeatures, createPlatform, type Replaced } from '../../src/composition.ts'
import type { Config } from '../../src/config.ts'
import type { Death } from './key-turner.ts'
import { turnsOf, type Kind } from './turns.ts'

type Order = { kind: Kind; tenantId: string; death: Death }

const { config, pace } = JSON.parse(process.argv[2]!) as { config: Config } & Required<Pick<Replaced, 'pace'>>
const platform = await createPlatform(config, { pace })
const { asTenant, ...rest } = platform.db

let death: Death = { transaction: 0, afterMs: 0 }
let transactions = 0
const die = () => process.kill(process.pid, 'SIGKILL')
const db: typeof platform.db = {
  ...rest,
  asTenant: (actor, work) =>
    asTenant(actor, async trx => {
      const answer = await work(trx)
      if (++transactions === death.transaction) {
        if (death.afterMs > 0) setTimeout(die, death.afterMs)
        else die()
      }
      return answer
    }),
}
const turns = turnsOf(createFeatures({ ...platform, db }))

process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order
  death = order.death
  await turns[order.kind](order.tenantId)
  process.stdout.write('done\n')
}
