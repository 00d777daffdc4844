import type { createAccountFeatures } from './accounts.ts'
import { createAuditLog } from '../features/audit-log/index.ts'
import type { Clients } from '../features/clients/index.ts'
import type { Settings } from '../features/settings/index.ts'
import type { Tenants } from '../features/tenants/index.ts'

type Needs = Parameters<typeof createAuditLog>[0]
type Given = Pick<Needs, 'db' | 'vault' | 'redis' | 'clock' | 'sealed'> &
  Pick<ReturnType<typeof createAccountFeatures>, 'accounts' | 'notices'> & {
    clients: Clients
    settings: Settings
    tenants: Pick<Tenants, 'nameOf' | 'open'>
  }

/** The log names people of every feature; they meet here. */
export const createLog = ({ accounts, notices, clients, settings, tenants, ...given }: Given) => {
  const log = createAuditLog({
    ...given,
    timeZone: async (trx, actor) => (await settings.within(trx, actor)).timeZone,
    organisation: tenants.nameOf,
    accountNames: accounts.names,
    clientNames: clients.namesOf,
    findClients: async (actor, text) => {
      const { hits } = await clients.search(actor, text)
      const of = (kind: 'exact' | 'prefix') => hits.filter(({ match }) => match === kind)
      const found = [of('exact'), of('prefix'), hits].find(({ length }) => length > 0) ?? []
      return found.map(({ id }) => id)
    },
    officers: trx => accounts.activeWith(trx, 'security_officer'),
    people: accounts.called,
    calledClients: async (trx, actor, ids) =>
      new Map(
        (await clients.linesOf(trx, actor, ids)).map(({ id, profile }) => [
          id,
          { given: profile.givenNames, family: profile.familyName },
        ]),
      ),
    tellOfLogExport: (trx, tenantId, accountId) =>
      notices.notify(trx, tenantId, { role: 'security_officer' }, 'log-exported', { accountId }),
    tellOfficers: (trx, tenantId) => notices.notify(trx, tenantId, { role: 'security_officer' }, 'unusual'),
  })

  /** Looks through the log of every organisation. */
  const lookThrough = async () => {
    for (const tenantId of await tenants.open()) await log.unusual.look(tenantId)
  }
  return { ...log, lookThrough }
}
