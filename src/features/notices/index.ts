export { noticeAttention } from './attention.ts'
export { createNotices, type Notice, type Notices } from './notices.ts'
export { noticeRoutes } from './routes.ts'
