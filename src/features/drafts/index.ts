export { createDraftErasing } from './erasing.ts'
export { draftAttention } from './attention.ts'
export { createDrafts, type Drafts } from './drafts.ts'
export { draftRoutes } from './routes.ts'
