export { noticeAttention } from './attention.ts'
export type { Choices } from './choices.ts'
export { createNotices, type Notice, type Notices } from './notices.ts'
export { noticeRoutes } from './routes.ts'
