export { createAttachments, type Attachments } from './attachments.ts'
export { attachmentRoutes } from './routes.ts'
