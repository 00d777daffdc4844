import type { Accounts } from '../features/accounts/index.ts'
import type { Attachments } from '../features/attachments/index.ts'
import type { Clients } from '../features/clients/index.ts'
import type { EmergencyCards } from '../features/emergency-cards/index.ts'
import {
  createMessages,
  messageRoutes,
  messageSearchRoutes,
  threadRoutes,
  waitingRoutes,
} from '../features/messages/index.ts'
import type { RestrictedRecords } from '../features/restricted-records/index.ts'
import type { Notices } from '../features/notices/index.ts'
import type { Platform } from './platform.ts'

type Given = Pick<Platform, 'db' | 'vault' | 'clock' | 'redis' | 'live'> & {
  accounts: Accounts
  attachments: Attachments
  cards: EmergencyCards
  clients: Clients
  casesToJudge: RestrictedRecords['cases']['toJudge']
  notices: Notices
}

/** Messages, with the accounts that write them and the records they are about. */
export const createMessageFeature = ({ accounts, attachments, cards, clients, notices, ...given }: Given) => {
  const messages = createMessages({
    ...given,
    people: accounts.people,
    lockClient: clients.lockForChange,
    clientNames: clients.namesOf,
    whomToCall: cards.whomToCall,
    visible: clients.visible,
    notify: notices.notify,
    settleNotices: notices.settle,
    files: { send: attachments.trays.send, ofMessages: attachments.ofMessages },
  })
  return {
    messages,
    /** Whoever looks for something by a fixed word comes before whoever takes any word for an id. */
    routers: [
      waitingRoutes(messages),
      messageRoutes(messages, attachments.trays),
      messageSearchRoutes(messages),
      threadRoutes(messages, attachments.trays),
    ],
  }
}
