import { join } from 'node:path'
import type { Attachments } from '../features/attachments/index.ts'
import { goneBy } from '../features/backups/index.ts'
import { createClientErasing, type Clients } from '../features/clients/index.ts'
import { createDraftErasing } from '../features/drafts/index.ts'
import { createErasures } from '../features/erasure/index.ts'
import { createExportErasing } from '../features/exports/index.ts'
import { createImportErasing } from '../features/imports/index.ts'
import type { Messages } from '../features/messages/index.ts'

type Needs = Parameters<typeof createErasures>[0]
type Given = Pick<Needs, 'db' | 'unscoped' | 'vault' | 'redis' | 'clock' | 'log' | 'accountNames'> & {
  config: { dataDir: string; exportsDir: string; backups: { keep: Parameters<typeof goneBy>[1] } }
  clients: Clients
  messages: Messages
  attachments: Pick<Attachments, 'dropAbout'>
}

/** Erasing reaches into every feature that keeps something of a client; they meet here. */
export const createErasure = ({ clients, messages, attachments, config, ...given }: Given) =>
  createErasures({
    ...given,
    ledgerFile: join(config.dataDir, 'erasures.ledger'),
    goneFromBackups: erasedAt => goneBy(erasedAt, config.backups.keep),
    findByFileNumber: async (trx, actor, fileNumber) =>
      (await clients.findByFileNumbers(trx, actor, [fileNumber])).get(fileNumber)?.id ?? null,
    clients: createClientErasing(given.vault),
    threadsOf: messages.threadsOf,
    drafts: createDraftErasing(given.vault),
    imports: createImportErasing(given.vault),
    attachments,
    exports: createExportErasing({ directory: config.exportsDir, clock: given.clock }),
  })
