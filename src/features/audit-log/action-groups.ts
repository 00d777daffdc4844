/** What one may look for, each with the actions it means; an action may be looked for in more than one way. */
export const actionGroups = {
  reading: [
    'client.viewed',
    'client.card-viewed',
    'client.history-viewed',
    'client.contact-history-viewed',
    'client.calls-viewed',
    'client.shown-for-erasure',
    'emergency-contact.viewed',
    'clients.listed',
    'clients.recent-listed',
    'clients.searched',
    'drafts.listed',
  ],
  opening: [
    'client.viewed',
    'client.card-viewed',
    'client.history-viewed',
    'client.contact-history-viewed',
    'client.calls-viewed',
    'emergency-contact.viewed',
  ],
  printing: ['client.printed', 'client.sheet-printed', 'group.sheets-printed', 'client.access-printed', 'log.printed'],
  changing: [
    'client.created',
    'client.amended',
    'client.archived',
    'client.restored',
    'client.reverted',
    'client.removed',
    'client.regrouped',
    'emergency-contact.added',
    'emergency-contact.amended',
    'emergency-contact.confirmed',
    'emergency-contact.moved',
    'emergency-contact.removed',
    'call.logged',
  ],
  erasing: ['client.erased', 'client.erased-again', 'client.shown-for-erasure', 'erasures.listed'],
  exporting: [
    'export.requested',
    'export.made',
    'export.downloaded',
    'export.proved',
    'export.failed',
    'export.removed',
    'export.withdrawn',
    'export-plan.changed',
    'export-approval.asked',
    'export-approval.approved',
    'export-approval.refused',
    'log.exported',
  ],
  signingIn: ['session.started', 'session.ended'],
  refused: [
    'sign-in.refused',
    'sign-in.slowed',
    'sign-in.suspended',
    'session.blocked',
    'session.guessed',
    'password-link.refused',
  ],
  accounts: [
    'account.created',
    'account.amended',
    'account.activated',
    'account.deactivated',
    'account.password-reset',
    'account.password-changed',
    'account.session-ended',
    'settings.changed',
  ],
  log: [
    'log.viewed',
    'log.printed',
    'log.exported',
    'log.clients-exported',
    'log.watching-changed',
    'client.access-viewed',
    'client.access-printed',
    'unusual.looked-at',
  ],
} as const satisfies Record<string, readonly string[]>

export type ActionGroup = keyof typeof actionGroups
export const actionGroupNames = Object.keys(actionGroups) as [ActionGroup, ...ActionGroup[]]

/** Actions by which somebody saw one record itself, not a line of a list. */
export const openings: readonly string[] = actionGroups.opening
/** Actions by which somebody saw anything of a client. */
export const readings: readonly string[] = [...actionGroups.reading, ...actionGroups.printing]
