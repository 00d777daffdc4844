// A process of its own that seals the log without a pause, for tests that kill it: node test/support/sealer.ts '{…config}'
import { createPlatform } from '../../src/composition/platform.ts'
import type { Config } from '../../src/config.ts'
import { createAuditChain } from '../../src/features/audit-chain/index.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'

const platform = await createPlatform(JSON.parse(process.argv[2]!) as Config)
const nobody = () => Promise.resolve([])
const chain = createAuditChain({
  ...platform,
  roots: platform.rootKeys.keys,
  store: { where: 'nowhere', read: () => Promise.resolve(null), write: () => Promise.resolve() },
  translations: loadTranslations(),
  operators: nobody,
  guardians: nobody,
  openTenants: nobody,
  timeZoneOf: () => Promise.resolve('UTC'),
  mailboxOf: () => Promise.resolve(null),
})
for (;;) if ((await chain.seal()) > 0) process.stdout.write('sealed\n')
