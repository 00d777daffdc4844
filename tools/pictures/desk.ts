import type { Shot } from './shot.ts'
import { sendEmpty } from './steps.ts'

/** The operator's desk: what is red first, backups, keys, jobs, health, announcements. */
export const deskPages: Shot[] = [
  { name: 'desk', view: 'desk/desk', role: 'operator', open: '/' },
  { name: 'backups', view: 'backup-desk/list', role: 'operator', open: '/backups' },
  { name: 'keys', view: 'keys/keys', role: 'operator', open: '/keys' },
  { name: 'jobs', view: 'jobs/list', role: 'operator', open: '/jobs' },
  { name: 'system', view: 'installation/system', role: 'operator', open: '/system' },
  { name: 'announcements', view: 'announcements/list', role: 'operator', open: '/announcements' },
  {
    name: 'announcement-problems',
    view: 'announcements/list',
    role: 'operator',
    open: sendEmpty('/announcements'),
  },
]
