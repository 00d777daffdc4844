export type {
  ExportedClient,
  ExportedContact,
  ExportedContactPhone,
  ExportedPhone,
  ExportManifest,
  ExportVocabulary,
} from './exported-client.ts'
export { csvColumns } from './formats/csv.ts'
export type { ExportWords } from './formats/formats.ts'
export { createExportErasing } from './erasing.ts'
export { exportAttention } from './attention.ts'
export { createExports, type Exports } from './exports.ts'
export { approvalRoutes } from './approvals/routes.ts'
export { planRoutes } from './plan/routes.ts'
export { deriveWrapKey, wrapKeyRecipient } from './file/wrap-key.ts'
export { loadViewer } from './file/shell.ts'
export { generatePassphrase, suggestPassphrase } from './passphrase/generated.ts'
export { isStrongEnough } from './passphrase/strength.ts'
export { exportRoutes } from './routes.ts'
export { agePassphraseForm, forWhomForm, pdfPassphraseForm } from './schema.ts'
